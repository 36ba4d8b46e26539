#pragma once

#include "protocol/failure.h"

#include <string>
#include <sys/types.h>
#include <vector>

namespace acpd::runner {

/// The variable that marks every process of a job: with it those are found that left their group or
/// outlived a killed runner.
inline constexpr const char* mark_variable = "ACPD_RUNNER_JOB";

struct spawned {
  pid_t pid = -1;
  int output = -1; // read end of its stdout and stderr, non-blocking; the caller closes it
};

/// Starts `argv` in `cwd` as leader of a new process group, stdin from /dev/null, stdout and stderr
/// into one pipe, with `mark` in its environment, default signals, and SIGKILL when the calling
/// thread dies. argv[0] is looked up in PATH. Errors (internal_error) name the program and the
/// reason; a missing program is one of them. About 0.5 ms, whatever this process's size.
protocol::result<spawned> spawn(const std::vector<std::string>& argv, const std::string& cwd,
                                const std::string& mark);

/// Names a process for good, also across reboots: boot id, pid and start time.
std::string process_identity(pid_t pid);

/// Whether two identities are of the same boot of the machine.
bool same_boot(const std::string& a, const std::string& b);

/// Whether the process of that identity is still running.
bool is_alive(const std::string& identity);

/// SIGKILL to every process of this user that carries this mark, whatever its group; returns how
/// many there were. Reads all of /proc: some milliseconds.
int kill_marked(const std::string& mark);

} // namespace acpd::runner
