#pragma once

#include "server/agent/unique_fd.h"

#include <string>
#include <sys/types.h>

namespace acpd::shim {

/// The pipe on which whoever started the shim waits: "ready\n", or one line that says what is
/// wrong.
class readiness {
public:
  /// From ACPD_SHIM_READY_FD, which is taken out of the environment: it is not the agent's.
  readiness();
  void say(std::string line);
  void move_to(int fd);
  bool waited_for() const { return static_cast<bool>(fd_); }

private:
  agent::unique_fd fd_;
};

/// Continues in a new process, in a session of its own, with /dev/null as 0 to 2 and no other
/// descriptor than `ready`'s; the caller's process ends. umask is 077; returns the old one.
/// -1: errno says why.
long detach(readiness& ready);

/// Blocks SIGCHLD and SIGTERM and gives them as a descriptor; ignores what could end the shim by
/// chance.
agent::unique_fd signal_fd();

} // namespace acpd::shim
