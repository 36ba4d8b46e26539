#pragma once

#include <optional>
#include <string>

namespace acpd::index {

/// What git knows of the folder that a workspace is in. All paths absolute, no slash at the end.
struct git_place {
  std::string top;        // the working tree's top; empty: the folder is in no working tree
  std::string git_dir;    // HEAD and index.lock are here
  std::string common_dir; // info/exclude is here; git_dir itself unless it is a linked worktree
};

struct git_settings {
  std::string excludes_file; // core.excludesFile or its default; empty: HOME is not set either
  bool ignore_case = false;  // core.ignoreCase
};

/// Asks the `git` program (a few ms). Where it is missing, or refuses the folder, `.git` in the
/// folder itself is still found.
git_place find_git(const std::string& folder);
git_settings read_git_settings(const std::string& folder);

/// The git directory that `FOLDER/.git` names, be it that directory or a file "gitdir: …".
/// Nothing: there is no such thing.
std::optional<std::string> git_dir_of(const std::string& folder);

/// Whether `.git` makes its folder a linked worktree: another checkout of a repository.
bool is_linked_worktree(const std::string& git_dir);

} // namespace acpd::index
