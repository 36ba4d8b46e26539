#pragma once

#include <sys/types.h>

namespace acpd::shim {

/// A process to start: the agent or a terminal's command.
struct child_spec {
  const char* cwd = nullptr;
  char* const* argv = nullptr;
  char* const* env = nullptr;      // argv[0] is looked up in the PATH that stands in it
  int in = -1, out = -1, err = -1; // become 0, 1 and 2; none of them may be 0, 1 or 2 now
  mode_t mask = 022;
};

struct child {
  pid_t pid = 0;
  int error = 0; // errno of chdir or exec; pid is 0 then
};

/// Starts it in a process group of its own, with SIGKILL as its parent-death signal, default signal
/// handling, and no descriptor but 0 to 2 (all of the shim's are close-on-exec). Returns when the
/// program runs or could not be executed.
child start_child(const child_spec& spec);

} // namespace acpd::shim
