#pragma once

#include "server/wire/paths.h"

namespace acpd::cli {

/// `acpctl relay`: stdin and stdout are the daemon's socket, whose daemon is started when none
/// runs. What a bridge on another machine runs here through ssh. Ends when either side does.
int relay(const wire::path_flags& flags);

} // namespace acpd::cli
