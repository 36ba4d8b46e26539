// What each event of the kernel's means.
#include "indexer/files/builtin.h"
#include "indexer/files/workspace.h"

#include <sys/inotify.h>

namespace acpd::index {
namespace {

std::string join(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
}

} // namespace

void watcher::on_event(const inotify_event_view& seen, time_point now) {
  if (seen.mask & IN_Q_OVERFLOW) return on_overflow(now);
  const event event{seen.mask, seen.name, now};
  // What one workspace does about the event may drop another node of the same watch.
  for (auto* node : watches_.at(seen.wd)) {
    if (!watches_.is_alive(node, seen.wd)) continue;
    auto* in = find(node->workspace);
    if (!in) continue;
    switch (node->role) {
    case watch_role::tree: on_tree(*node, event); break;
    case watch_role::git_dir: on_git(*in, event); break;
    case watch_role::rules: on_rules(*in, *node, event); break;
    }
  }
  if (seen.mask & IN_IGNORED) watches_.forget(seen.wd);
}

void watcher::on_tree(watch_node& node, const event& event) {
  auto& in = *find(node.workspace);
  if (event.name.empty()) {
    if (node.path.empty()) on_root(in, event);
    return; // of any other folder, the folder above reports it by name
  }
  if (!node.inside) return; // could not be listed: nothing of it is known
  const auto path = join(node.path, event.name);
  if (is_rule_file(event.name)) {
    in.dirty.insert(node.path);
    in.gather.folder(node.path, event.now);
    // The root itself became a repository, or is none any more.
    if (node.path.empty() && event.name == ".git") in.rules_changed = true;
  }
  const auto full = in.full(path);
  const bool is_folder = event.mask & IN_ISDIR;
  const bool known = is_folder && watches_.find(in.id, watch_role::tree, path);
  const auto decided =
      in.rules->check(*node.inside, full, full.size() - event.name.size(), is_folder);
  if (decided.what != verdict::take && !known) return;
  if (is_folder)
    on_folder(in, path, event);
  else
    on_file(in, path, event);
}

void watcher::on_root(workspace& in, const event& event) {
  if (!(event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT))) return;
  in.gone = true;
  in.gather.folder("", event.now);
  settle(in, event.now);
}

void watcher::on_folder(workspace& in, const std::string& path, const event& event) {
  if (event.mask & (IN_DELETE | IN_MOVED_FROM)) {
    watches_.drop(in.id, path);
  } else if (event.mask & (IN_CREATE | IN_MOVED_TO)) {
    // One that a walk found before its event came is watched, and so is all below it.
    const auto* node = watches_.find(in.id, watch_role::tree, path);
    const auto wd = node ? notify_.add(in.absolute(path)) : -1;
    if (!node || node->wd != wd || !node->inside) watch_folders(in, path, event.now);
  } else if (event.mask & IN_ATTRIB) {
    watch_folders(in, path, event.now); // it may be readable now
  } else {
    return;
  }
  in.gather.folder(path, event.now);
}

void watcher::on_file(workspace& in, const std::string& path, const event& event) {
  if (event.mask & (IN_CREATE | IN_MODIFY))
    in.gather.writing(path, event.now);
  else
    in.gather.file(path, event.now);
}

void watcher::on_git(workspace& in, const event& event) {
  if (event.name == "index.lock") {
    if (event.mask & IN_CREATE) in.gather.lock(event.now);
    if (event.mask & (IN_DELETE | IN_MOVED_FROM)) in.gather.unlock();
  } else if (event.name == "config" && (event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO))) {
    const auto settings = read_git_settings(in.rules->root());
    const auto& known = in.rules->settings();
    if (settings.excludes_file == known.excludes_file && settings.ignore_case == known.ignore_case)
      return;
    in.rules_changed = true;
    in.gather.folder("", event.now);
  }
}

void watcher::on_rules(workspace& in, const watch_node& node, const event& event) {
  const auto path = join(node.path, event.name);
  const bool counts = event.name == ".gitignore" || event.name == ".ignore" ||
                      path == in.rules->settings().excludes_file ||
                      path == in.rules->git().common_dir + "/info/exclude";
  if (!counts) return;
  in.rules_changed = true;
  in.gather.folder("", event.now);
}

void watcher::on_overflow(time_point now) {
  for (const auto& [id, in] : workspaces_) {
    in->dirty.insert(""); // folders may have come without our knowing
    in->gather.folder("", now);
  }
}

} // namespace acpd::index
