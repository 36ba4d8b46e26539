#pragma once

#include "protocol/failure.h"

#include <string>

namespace acpd::wire {

/// Connects to a daemon's Unix socket and checks that the same user listens there. The descriptor
/// is non-blocking and the caller's. The failure's text says what is wrong and with which path.
protocol::result<int> connect_daemon(const std::string& socket_path);

} // namespace acpd::wire
