#pragma once

#include "protocol/json_view.h"

namespace acpd::cli {
using protocol::json_view;
} // namespace acpd::cli
