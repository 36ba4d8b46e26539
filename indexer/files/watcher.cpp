#include "indexer/files/watcher.h"

#include "indexer/files/remote.h"
#include "indexer/files/workspace.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

namespace acpd::index {

watcher::watcher(watcher_options options) : options_(options), watches_(notify_) {}
watcher::~watcher() = default;

std::expected<workspace_id, walk_failure> watcher::add(const std::string& root,
                                                       const user_rules& user, time_point now,
                                                       bool allow_wide_roots) {
  if (auto checked = check_root(root, allow_wide_roots); !checked)
    return std::unexpected(checked.error());
  auto made = std::make_unique<workspace>(next_id_, options_.times);
  made->root_given = root;
  made->user = user;
  load_rules(*made);
  struct stat found{};
  if (::stat(made->rules->root().c_str(), &found) != 0 || !S_ISDIR(found.st_mode))
    return std::unexpected(
        walk_failure{walk_problem::no_folder, "there is no folder " + root + ": check the path"});
  made->device = found.st_dev;
  made->inode = found.st_ino;
  made->remote = unreported_file_system(made->rules->root());
  auto& in = *workspaces_.emplace(next_id_, std::move(made)).first->second;
  in.dirty.insert("");
  in.gather.folder("", now - options_.times.most); // due at once
  return next_id_++;
}

void watcher::remove(workspace_id id) {
  watches_.drop_workspace(id);
  workspaces_.erase(id);
}

watcher::workspace* watcher::find(workspace_id id) const {
  const auto found = workspaces_.find(id);
  return found == workspaces_.end() ? nullptr : found->second.get();
}

std::optional<watcher::time_point> watcher::deadline() const {
  std::optional<time_point> soonest;
  const auto consider = [&](const std::optional<time_point>& at) {
    if (at && (!soonest || *at < *soonest)) soonest = at;
  };
  for (const auto& [id, in] : workspaces_) {
    consider(in->gather.due());
    consider(in->poll_at);
  }
  return soonest;
}

void watcher::step(time_point now) {
  if (fd() >= 0) notify_.drain([&](const inotify_event_view& seen) { on_event(seen, now); });
  for (const auto& [id, in] : workspaces_)
    if (in->poll_at && *in->poll_at <= now) poll(*in, now);
}

void watcher::hint(workspace_id id, const std::string& path, time_point now) {
  auto* in = find(id);
  if (!in || !in->rules->allows(path)) return;
  in->gather.file(path, now - options_.times.most); // due at once
}

void watcher::hurry(workspace_id id, time_point now) {
  auto* in = find(id);
  if (!in) return;
  if (in->gone) in->gather.folder("", now); // it may be back
  in->gather.hurry(now);
}

std::size_t watcher::gathered(workspace_id id) const {
  const auto* in = find(id);
  return in ? in->gather.size() : 0;
}

std::shared_ptr<const ignore_rules> watcher::rules_of(workspace_id id) const {
  const auto* in = find(id);
  return in ? in->rules : nullptr;
}

watch_state watcher::state(workspace_id id) const {
  const auto* in = find(id);
  if (!in) return {};
  watch_state made{watches_.count(id), in->unwatched, in->poll_at.has_value(), {}};
  if (in->gone) {
    made.reason = "the folder " + in->rules->root() + " is not there";
  } else if (fd() < 0) {
    made.reason = std::string("no inotify instance (") + std::strerror(notify_.error()) +
                  "): raise fs.inotify.max_user_instances";
  } else if (in->watch_error == ENOSPC) {
    made.reason = "no watches left for " + std::to_string(in->unwatched) +
                  " folders: raise fs.inotify.max_user_watches";
  } else if (in->watch_error != 0) {
    made.reason = std::to_string(in->unwatched) +
                  " folders cannot be watched: " + std::strerror(in->watch_error);
  } else if (!in->remote.empty()) {
    made.reason = "the file system (" + in->remote + ") does not report every change";
  }
  return made;
}

} // namespace acpd::index
