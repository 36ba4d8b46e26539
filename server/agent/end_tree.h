#pragma once

#include "server/agent/shim_frames.h"

#include <chrono>
#include <string_view>

namespace acpd::agent {

/// Ends with SIGKILL what is left of a dead shim's process tree: the agent (checked by its start
/// time), its group, their descendants, and everything with ACPD_SHIM=ID in its environment; looks
/// again until nothing is left or `limit` has passed. Returns how many processes were killed. Never
/// kills the caller or what is above it. Blocks: call it on a pool thread.
/// A process that left the group, lost its parent and cleared its environment is not found.
int end_tree(const shim_hello& hello, std::string_view shim_id,
             std::chrono::milliseconds limit = std::chrono::seconds{5});

} // namespace acpd::agent
