#pragma once

#include <optional>
#include <sys/types.h>
#include <unordered_set>

namespace acpd::agent {

/// "Who may connect" (SHIM.md): an agent must not pass for a person. Shared by shim and daemon.
/// Any thread. A process that cannot be looked at counts as an agent's.

/// The one of `shims` that the process is or that is above it; 0: none of them. For the daemon,
/// which knows its shims. Nothing when the process cannot be looked at.
std::optional<pid_t> shim_above(pid_t pid, const std::unordered_set<pid_t>& shims);

/// Whether there is one.
bool descends_from(pid_t pid, const std::unordered_set<pid_t>& shims);

/// Whether the process, or one above it, is a shim of this state directory: a shim's working
/// directory is STATE/shims/ID, and its pid stands in the `state` file there.
bool in_shim_of(pid_t pid, const char* state_dir);

} // namespace acpd::agent
