#include "indexer/files/marks.h"

#include "indexer/files/git.h"
#include "indexer/files/read_file.h"

#include <string>
#include <unistd.h>

namespace acpd::index {
namespace {

/// The first line of every such file (bford.info/cachedir).
constexpr std::string_view cachedir_signature = "Signature: 8a477f597d28d172789f06886806bc55";

bool is_cachedir(int folder_fd) {
  const auto content = read_small_file_at(folder_fd, "CACHEDIR.TAG");
  return content && content->starts_with(cachedir_signature);
}

bool is_worktree(int folder_fd) {
  // A folder `.git` is a repository of its own; a file may be a submodule's or a worktree's.
  if (!read_small_file_at(folder_fd, ".git")) return false;
  const auto git_dir = git_dir_of("/proc/self/fd/" + std::to_string(folder_fd));
  return git_dir && is_linked_worktree(*git_dir);
}

} // namespace

void note_mark(folder_marks& marks, int folder_fd, std::string_view name) {
  if (name == "pyvenv.cfg")
    marks.pyvenv_cfg = true;
  else if (name == "CMakeCache.txt")
    marks.cmake_cache = true;
  else if (name == "CMakeLists.txt")
    marks.cmake_lists = true;
  else if (name == "CACHEDIR.TAG")
    marks.cachedir_tag = is_cachedir(folder_fd);
  else if (name == ".git")
    marks.linked_worktree = is_worktree(folder_fd);
}

folder_marks read_marks(int folder_fd) {
  folder_marks marks;
  for (const char* name :
       {"pyvenv.cfg", "CMakeCache.txt", "CMakeLists.txt", "CACHEDIR.TAG", ".git"})
    if (::faccessat(folder_fd, name, F_OK, 0) == 0) note_mark(marks, folder_fd, name);
  return marks;
}

std::string_view generated_reason(const folder_marks& marks) {
  if (marks.cachedir_tag) return "it holds a CACHEDIR.TAG: a cache that its tool makes again";
  if (marks.pyvenv_cfg) return "it holds pyvenv.cfg: a Python environment";
  if (marks.cmake_cache && !marks.cmake_lists)
    return "it holds CMakeCache.txt and no CMakeLists.txt: a build folder";
  if (marks.linked_worktree) return "it is a linked worktree: index it as a workspace of its own";
  return {};
}

} // namespace acpd::index
