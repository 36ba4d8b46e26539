#pragma once

#include "clients/cli/bridge/memory.h"

#include <string>

namespace acpd::bridge {

/// This process as its hello describes it: a new uuid, and the environment without ACPD_*
/// variables; without any for a daemon elsewhere, whose agents have that machine's.
identity own_identity(const std::string& agent, bool elsewhere);

} // namespace acpd::bridge
