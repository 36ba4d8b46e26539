#pragma once

#include "indexer/files/watcher.h"

#include <set>

namespace acpd::index {

/// What the watcher keeps of one workspace.
struct watcher::workspace {
  workspace(workspace_id own_id, gather_times times) : id(own_id), gather(times) {}

  std::string full(std::string_view path) const { return rules->prefix() + std::string(path); }
  std::string absolute(std::string_view path) const {
    return path.empty() ? rules->root() : rules->root() + "/" + std::string(path);
  }

  workspace_id id;
  user_rules user;
  std::string root_given;
  std::shared_ptr<const ignore_rules> rules;
  gatherer gather;
  std::uint64_t device = 0, inode = 0; // the root's, to know it again
  std::uint64_t generation = 0;        // of the last walk that added watches
  bool rules_changed = false;          // outside the root, or git's settings: load all again
  bool gone = false;
  std::set<std::string> dirty; // folders whose ignore files or marks changed
  std::size_t unwatched = 0;
  int watch_error = 0; // why: an errno
  std::string remote;  // the file system's name, when it does not report all changes
  std::chrono::milliseconds walk_took{0}; // of everything, the last time
  std::optional<time_point> poll_at;      // while partial or gone
};

} // namespace acpd::index
