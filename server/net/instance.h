#pragma once

#include "protocol/failure.h"
#include "server/agent/unique_fd.h"

#include <filesystem>
#include <string>

namespace acpd::net {

/// The state folder belongs to one daemon at a time: a lock on STATE/daemon.lock, which says who.
/// Kept as long as the returned descriptor is open. Errors: who holds it.
protocol::result<agent::unique_fd> lock_state(const std::filesystem::path& state_dir,
                                              const std::filesystem::path& socket);

/// Detaches this process: two forks, a session of its own, / as folder, nothing inherited. In the
/// caller it does not return: it waits for say_ready() or say_failed() and exits with 0 or 1.
/// Before any thread is started. Returns a descriptor for the two below, -1 if it cannot detach.
int detach();
void say_ready(int fd);
void say_failed(int fd, const std::string& text);

} // namespace acpd::net
