#include "indexer/files/watch_set.h"

#include <algorithm>

namespace acpd::index {

watch_set::added watch_set::add(std::uint32_t workspace, watch_role role, const std::string& path,
                                const std::string& absolute) {
  const int wd = notify_.add(absolute);
  if (wd < 0) return {.error = -wd};
  auto& folders = workspaces_[workspace];
  const auto [at, is_new] = folders.all.try_emplace(key{role, path});
  if (is_new && role == watch_role::tree) ++folders.of_tree;
  auto& node = at->second;
  if (!is_new && node.wd == wd) return {&node, false, 0};
  if (!is_new) detach(node); // another folder stands there now
  node = {.workspace = workspace, .role = role, .path = path, .inside = {}, .wd = wd};
  by_wd_[wd].push_back(&node);
  return {&node, true, 0};
}

watch_node* watch_set::find(std::uint32_t workspace, watch_role role, const std::string& path) {
  auto& folders = workspaces_[workspace];
  const auto at = folders.all.find(key{role, path});
  return at == folders.all.end() ? nullptr : &at->second;
}

std::vector<watch_node*> watch_set::at(int wd) const {
  const auto found = by_wd_.find(wd);
  return found == by_wd_.end() ? std::vector<watch_node*>() : found->second;
}

bool watch_set::is_alive(const watch_node* node, int wd) const {
  const auto found = by_wd_.find(wd);
  return found != by_wd_.end() && std::ranges::find(found->second, node) != found->second.end();
}

void watch_set::detach(const watch_node& node) {
  const auto found = by_wd_.find(node.wd);
  if (found == by_wd_.end()) return;
  std::erase(found->second, &node);
  if (!found->second.empty()) return;
  by_wd_.erase(found);
  notify_.remove(node.wd);
}

watch_set::folder_map::iterator watch_set::erase(folders_of& folders, folder_map::iterator at) {
  detach(at->second);
  if (at->first.first == watch_role::tree) --folders.of_tree;
  return folders.all.erase(at);
}

void watch_set::drop(std::uint32_t workspace, const std::string& path, std::uint64_t older_than) {
  auto& folders = workspaces_[workspace];
  const auto drop_range = [&](const std::string& from, const key& to) {
    auto at = folders.all.lower_bound(key{watch_role::tree, from});
    while (at != folders.all.end() && at->first < to)
      at = at->second.generation < older_than ? erase(folders, at) : std::next(at);
  };
  if (path.empty()) return drop_range("", key{watch_role::git_dir, ""});
  drop_range(path, key{watch_role::tree, path + '\0'});
  // '0' follows '/': all that is below.
  drop_range(path + "/", key{watch_role::tree, path + "0"});
}

void watch_set::drop_workspace(std::uint32_t workspace) {
  auto& folders = workspaces_[workspace];
  for (auto at = folders.all.begin(); at != folders.all.end();)
    at = erase(folders, at);
  workspaces_.erase(workspace);
}

void watch_set::forget(int wd) {
  const auto nodes = at(wd);
  by_wd_.erase(wd); // first: the kernel has no such watch to remove any more
  for (auto* node : nodes) {
    auto& folders = workspaces_[node->workspace];
    erase(folders, folders.all.find(key{node->role, node->path}));
  }
}

std::size_t watch_set::count(std::uint32_t workspace) const {
  const auto found = workspaces_.find(workspace);
  return found == workspaces_.end() ? 0 : found->second.of_tree;
}

} // namespace acpd::index
