#pragma once

#include "indexer/files/file_stat.h"
#include "indexer/files/gatherer.h"
#include "indexer/files/ignore_rules.h"
#include "indexer/files/inotify.h"
#include "indexer/files/listing.h"
#include "indexer/files/watch_set.h"

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace acpd::index {

using workspace_id = std::uint32_t;

struct found_file {
  std::string path;
  file_stat stat;
};

/// What a folder holds now, all below it; "" is the whole workspace. Without files: it could not be
/// walked, which says nothing of them.
struct swept_folder {
  std::string path;
  std::expected<listing, walk_failure> files;
};

/// What changed in one workspace. Apply in the order of the members. Paths are from the root.
struct change_batch {
  workspace_id workspace = 0;
  bool root_gone = false;           // the root is not there: keep what is known and say so
  std::vector<swept_folder> sweep;  // to be compared with what is known: new, moved, removed, or
                                    // under other rules now
  std::vector<std::string> removed; // files that are gone
  std::vector<found_file> changed;  // files that are new or may have changed

  bool everything() const { return sweep.size() == 1 && sweep.front().path.empty(); }
};

/// Whether a workspace's changes are all seen as they happen.
struct watch_state {
  std::size_t watched = 0;   // folders
  std::size_t unwatched = 0; // folders for which there was no watch left
  bool partial = false;      // then everything is compared every `poll_interval`
  std::string reason;        // in words, and what to do
};

struct watcher_options {
  gather_times times;
  std::chrono::milliseconds poll_interval{
      10'000}; // of partial workspaces, and of a root that is gone
};

/// Watches the folders of all workspaces by ONE inotify instance (a machine has few of them), and
/// says what to look at. It has no thread and no timer: wait until fd() is readable or deadline()
/// is there, call step(), then take(). Owned by the worker's loop; one thread. step() and take()
/// block while they walk folders.
///
/// Nothing is lost: a folder is watched before it is listed; where the kernel lost events, or has
/// no watch left, everything is compared by stat.
class watcher {
public:
  using time_point = watch_clock::time_point;

  explicit watcher(watcher_options options = {});
  ~watcher();
  watcher(const watcher&) = delete;
  watcher& operator=(const watcher&) = delete;

  /// Watches a workspace; its first batch, due at once, has all that is there. What changes before
  /// that is taken is in it.
  std::expected<workspace_id, walk_failure> add(const std::string& root, const user_rules& user,
                                                time_point now, bool allow_wide_roots = false);
  void remove(workspace_id id);

  int fd() const { return notify_.fd(); } // -1: the machine has no instance left; all is polled
  std::optional<time_point> deadline() const;
  /// Reads events and does what is due.
  void step(time_point now);
  /// The batches that are due, oldest first. Empty: nothing changed that counts.
  std::vector<change_batch> take(time_point now);

  /// Something that is known to have been written: the daemon's hint, looked at without delay.
  void hint(workspace_id id, const std::string& path, time_point now);
  /// Somebody asks for what is newest: what has gathered is due now, but in the middle of a
  /// checkout.
  void hurry(workspace_id id, time_point now);
  /// How many changes have gathered and are not handed on.
  std::size_t gathered(workspace_id id) const;
  /// The rules in force; keep the pointer for a sweep on another thread.
  std::shared_ptr<const ignore_rules> rules_of(workspace_id id) const;
  watch_state state(workspace_id id) const;

private:
  struct workspace;
  class arm; // the walk that adds watches

  struct event {
    std::uint32_t mask;
    std::string_view name;
    time_point now;
  };

  workspace* find(workspace_id id) const;
  void on_event(const inotify_event_view& seen, time_point now);
  void on_tree(watch_node& node, const event& event);
  void on_root(workspace& in, const event& event);
  void on_folder(workspace& in, const std::string& path, const event& event);
  void on_file(workspace& in, const std::string& path, const event& event);
  void on_git(workspace& in, const event& event);
  void on_rules(workspace& in, const watch_node& node, const event& event);
  void on_overflow(time_point now);

  void load_rules(workspace& in);
  void watch_folders(workspace& in, const std::string& folder, time_point now);
  std::expected<listing, walk_failure> walk_with_watches(workspace& in, const walk_options& how,
                                                         time_point now);
  std::vector<swept_folder> list(workspace& in, std::vector<std::string> folders, time_point now);
  void watch_outside(workspace& in);
  void settle(workspace& in, time_point now);
  void poll(workspace& in, time_point now);
  std::optional<change_batch> make_batch(workspace& in, time_point now);

  watcher_options options_;
  inotify notify_;
  watch_set watches_;
  std::map<workspace_id, std::unique_ptr<workspace>> workspaces_;
  workspace_id next_id_ = 1;
};

} // namespace acpd::index
