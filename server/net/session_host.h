#pragma once

#include "server/core/session.h"
#include "server/net/feed.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace acpd::net {

class agent_link;

/// A session as the net room keeps it: the pure state, what editors follow, its agent process.
/// Owned by the hub; session thread.
struct session_host {
  explicit session_host(core::session_seed seed) : core(std::move(seed)), log(core.data().head) {}

  core::session core;
  feed log;
  std::shared_ptr<agent_link> agent; // null: none
  std::string servers_of; // the author of the last list with MCP servers of an editor's own
  bool archived = false;  // put away: out of the list, unless it is asked for
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t last_at_ms = 0;
  std::uint64_t folded = 0;                                      // end of the newest fold
  std::uint64_t fold_to = 0;                                     // up to where folds were wanted
  bool fold_runs = false;                                        // the reader thread is at one
  std::optional<std::chrono::steady_clock::time_point> fold_due; // of an open turn that is long

  /// Committed: into the rings, and every follower's bell.
  void show(const rendered_batch& batch);
};

} // namespace acpd::net
