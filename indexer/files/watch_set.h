#pragma once

#include "indexer/files/ignore_rules.h"
#include "indexer/files/inotify.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace acpd::index {

enum class watch_role : std::uint8_t {
  tree,    // a folder of the workspace, by its path from the root
  git_dir, // HEAD and index.lock, by its absolute path
  rules,   // ignore files outside the root, by its absolute path
};

/// One folder as one workspace sees it.
struct watch_node {
  std::uint32_t workspace = 0;
  watch_role role = watch_role::tree;
  std::string path;
  std::optional<place> inside; // none while it is not listed, or cannot be
  int wd = -1;
  std::uint64_t generation = 0;
};

/// Which watch of the kernel's stands for which folder of which workspace. Workspaces may overlap
/// and folders may be reachable twice: the kernel has one watch an inode, so that a watch has a
/// list of nodes and ends with the last of them. Owned by the watcher, which owns the inotify as
/// well.
class watch_set {
public:
  explicit watch_set(inotify& notify) : notify_(notify) {}

  struct added {
    watch_node* node = nullptr; // valid until it is dropped; null: an error
    bool is_new = false;        // false: the same inode was known by this path
    int error = 0;
  };
  added add(std::uint32_t workspace, watch_role role, const std::string& path,
            const std::string& absolute);
  watch_node* find(std::uint32_t workspace, watch_role role, const std::string& path);
  /// A copy, since what is done about an event may change the list.
  std::vector<watch_node*> at(int wd) const;
  bool is_alive(const watch_node* node, int wd) const;

  /// The folder and all below it whose generation is below `older_than`.
  void drop(std::uint32_t workspace, const std::string& path,
            std::uint64_t older_than = UINT64_MAX);
  void drop_workspace(std::uint32_t workspace);
  /// The kernel took the watch away.
  void forget(int wd);
  std::size_t count(std::uint32_t workspace) const; // of role tree

private:
  using key = std::pair<watch_role, std::string>;
  using folder_map = std::map<key, watch_node>;
  struct folders_of {
    folder_map all;
    std::size_t of_tree = 0;
  };

  folder_map::iterator erase(folders_of& folders, folder_map::iterator at);
  void detach(const watch_node& node);

  inotify& notify_;
  std::unordered_map<std::uint32_t, folders_of> workspaces_;
  std::unordered_map<int, std::vector<watch_node*>> by_wd_;
};

} // namespace acpd::index
