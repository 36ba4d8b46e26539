#pragma once

#include "protocol/failure.h"
#include "server/agent/shim_frames.h"

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace acpd::agent {

/// What a shim is started with.
struct spawn_spec {
  std::filesystem::path dir; // STATE/shims/ID, absolute; made with mode 0700. ID must be random: it
                             // marks the agent's processes (ACPD_SHIM=ID) on the whole machine
  std::vector<std::string> argv; // the agent's command and its arguments
  std::string cwd;               // the agent's, absolute
  std::vector<std::string> env;  // NAME=VALUE: the agent's whole environment
  std::uint64_t spool_limit = std::uint64_t{256} << 20;
  std::chrono::seconds linger{86400};
};

/// A shim that is ready: its socket listens.
struct spawned {
  shim_hello hello; // exit.spawn_errno != 0: the shim runs, but the agent could not be started
};

enum class spawn_problem : std::uint8_t {
  command_not_found, // argv[0] is no program in PATH of `env`, or no file (error: ENOENT or EACCES)
  bad_cwd,           // cwd is missing or no folder
  dir,               // the shim's folder could not be made
  shim_missing,      // acpd-shim is neither beside this program nor in PATH
  shim_failed,       // it did not become ready; `text` has its own words
};

/// Why no shim was started. `text` is fit to show; the caller, who knows the agent's name and how
/// it is installed, may say more with `problem`. Converts to a plain failure.
struct spawn_failure : protocol::failure {
  spawn_problem problem = spawn_problem::shim_failed;
  int error = 0; // errno
};

/// Starts an acpd-shim, found beside this program or in PATH, and waits for it at most 5 s: call it
/// on a pool thread. The shim is no child of the caller afterwards. Leaves no folder when it fails.
/// `protocol::result<spawned>` can be constructed from what it returns.
std::expected<spawned, spawn_failure> spawn_shim(const spawn_spec& spec);

/// Where a command would be found: argv[0] with a slash is taken from `cwd`, without one it is
/// looked up in PATH of `env` (NAME=VALUE). The error is an errno: ENOENT, or EACCES when a file is
/// there but may not be executed. Any thread.
std::expected<std::string, int> find_command(const std::string& command,
                                             const std::vector<std::string>& env,
                                             const std::string& cwd);

} // namespace acpd::agent
