#pragma once

#include <sys/types.h>
#include <unordered_set>

namespace acpd::agent {

/// "Who may connect" (SHIM.md): an agent must not pass for a person. Shared by shim and daemon.
/// Any thread. A process that cannot be looked at counts as an agent's.

/// Whether the process, or one above it, is one of `shims`. For the daemon, which knows its shims.
bool descends_from(pid_t pid, const std::unordered_set<pid_t>& shims);

/// Whether the process, or one above it, is a shim of this state directory: a shim's working
/// directory is STATE/shims/ID, and its pid stands in the `state` file there.
bool in_shim_of(pid_t pid, const char* state_dir);

} // namespace acpd::agent
