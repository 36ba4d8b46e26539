// Adding watches, and turning what gathered into batches.
#include "indexer/files/workspace.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <utility>

namespace acpd::index {

/// The walk that adds a watch to each folder before it is listed, and keeps what it finds.
class watcher::arm : public lister {
public:
  arm(watcher& owner, workspace& in, listing& found) : lister(found), owner_(owner), in_(in) {}

  void begin_folder(std::string_view path) override {
    const int error = watch(std::string(path));
    if (node_) node_->generation = in_.generation;
    // Gone, or not to be read: the walk itself will say so.
    if (error == 0 || error == ENOENT || error == ENOTDIR || error == EACCES) return;
    ++unwatched;
    in_.watch_error = error;
  }

  void folder(std::string_view, const place& inside) override {
    if (node_) node_->inside = inside;
  }

  std::size_t unwatched = 0;

private:
  int watch(const std::string& path) {
    if (owner_.fd() < 0 || in_.watch_error == ENOSPC) {
      // Every further try would fail, slowly. What is watched stays so.
      node_ = owner_.watches_.find(in_.id, watch_role::tree, path);
      return node_ ? 0 : owner_.fd() < 0 ? EMFILE : ENOSPC;
    }
    const auto added = owner_.watches_.add(in_.id, watch_role::tree, path, in_.absolute(path));
    node_ = added.node;
    return added.error;
  }

  watcher& owner_;
  workspace& in_;
  watch_node* node_ = nullptr; // of the folder that was begun last
};

void watcher::load_rules(workspace& in) {
  in.rules = ignore_rules::load(in.root_given, in.user);
  in.rules_changed = false;
  watch_outside(in);
}

/// Ignore files outside the root, and git's own.
void watcher::watch_outside(workspace& in) {
  if (fd() < 0) return;
  const auto add = [&](watch_role role, const std::string& folder) {
    if (!folder.empty()) watches_.add(in.id, role, folder, folder);
  };
  const auto& git = in.rules->git();
  add(watch_role::git_dir, git.git_dir);
  if (git.common_dir != git.git_dir) add(watch_role::git_dir, git.common_dir); // its config
  if (!git.common_dir.empty()) add(watch_role::rules, git.common_dir + "/info");
  const auto& excludes = in.rules->settings().excludes_file;
  if (const auto slash = excludes.rfind('/'); slash != excludes.npos && slash > 0)
    add(watch_role::rules, excludes.substr(0, slash));
  const auto& root = in.rules->root();
  for (auto size = root.size(); !in.rules->prefix().empty() && size > git.top.size();) {
    size = root.rfind('/', size - 1);
    add(watch_role::rules, root.substr(0, size));
  }
}

/// Watches the folder and what is below it, as the rules are now.
void watcher::watch_folders(workspace& in, const std::string& folder, time_point now) {
  walk_with_watches(in, {.start = folder, .allow_wide_roots = true, .want_files = false}, now);
}

std::expected<listing, walk_failure>
watcher::walk_with_watches(workspace& in, const walk_options& how, time_point now) {
  const auto generation = ++in.generation;
  if (how.start.empty()) {
    in.unwatched = 0;
    in.watch_error = 0;
  }
  listing found;
  arm armed(*this, in, found);
  const auto done = walk(*in.rules, armed, how);
  if (!done && how.start.empty()) in.gone = true;
  in.unwatched += armed.unwatched;
  watches_.drop(in.id, how.start, generation); // left out now, or no longer there
  settle(in, now);
  if (!done) return std::unexpected(done.error());
  return found;
}

/// What the folders, which are sorted, hold. Watches before the listing: what changes after it is
/// reported.
std::vector<swept_folder> watcher::list(workspace& in, std::vector<std::string> folders,
                                        time_point now) {
  auto dirty = std::exchange(in.dirty, {});
  for (const auto& folder : dirty)
    if (!std::ranges::binary_search(folders, folder)) watch_folders(in, folder, now);
  std::vector<swept_folder> listed;
  for (auto& folder : folders) {
    const walk_options how{.start = folder, .allow_wide_roots = true};
    const auto begun = watch_clock::now();
    auto found =
        dirty.contains(folder) ? walk_with_watches(in, how, now) : list_files(*in.rules, how);
    if (folder.empty())
      in.walk_took = std::chrono::ceil<std::chrono::milliseconds>(watch_clock::now() - begun);
    listed.push_back({std::move(folder), std::move(found)});
  }
  return listed;
}

/// Whether the workspace has to be polled follows from its state alone.
void watcher::settle(workspace& in, time_point now) {
  const bool partial = in.gone || fd() < 0 || in.watch_error != 0 || !in.remote.empty();
  if (!partial)
    in.poll_at.reset();
  else if (!in.poll_at)
    in.poll_at = now + options_.poll_interval;
}

void watcher::poll(workspace& in, time_point now) {
  // The comparison takes less than the walk: both are below one per cent of the time.
  in.poll_at = now + std::max(options_.poll_interval, 200 * in.walk_took);
  in.dirty.insert(""); // there may be watches again
  in.gather.folder("", now - options_.times.most);
}

std::vector<change_batch> watcher::take(time_point now) {
  std::vector<change_batch> batches;
  for (const auto& [id, in] : workspaces_)
    if (in->gather.is_due(now))
      if (auto made = make_batch(*in, now)) batches.push_back(std::move(*made));
  return batches;
}

std::optional<change_batch> watcher::make_batch(workspace& in, time_point now) {
  auto taken = in.gather.take(now);
  change_batch made;
  made.workspace = in.id;
  struct stat root{};
  const bool was_gone = in.gone;
  in.gone = ::stat(in.rules->root().c_str(), &root) != 0 || !S_ISDIR(root.st_mode);
  if (in.gone) {
    settle(in, now);
    made.root_gone = true;
    return was_gone ? std::nullopt : std::optional(made);
  }
  const bool replaced = root.st_ino != in.inode || root.st_dev != in.device;
  in.inode = root.st_ino;
  in.device = root.st_dev;
  if (was_gone || replaced) {
    in.rules_changed = true;
    taken = {{}, {""}};
  }
  if (in.rules_changed && !taken.folders.empty()) {
    load_rules(in);
    in.dirty = {""};
  }
  // Without folders only a file that is still written was due: the rules' turn, and that of the
  // folders whose watches are to be looked at, comes with their folder.
  if (!taken.folders.empty()) made.sweep = list(in, std::move(taken.folders), now);
  for (auto& path : taken.paths) {
    struct stat found{};
    const auto absolute = in.absolute(path);
    // The rules may have changed since its event: while somebody was still writing it, say.
    if (::lstat(absolute.c_str(), &found) == 0 && S_ISREG(found.st_mode) && in.rules->allows(path))
      made.changed.push_back({std::move(path), to_file_stat(found)});
    else
      made.removed.push_back(std::move(path));
  }
  return made;
}

} // namespace acpd::index
