#pragma once

#include <string_view>

namespace acpd::index {

/// What a folder holds that proves it to be nobody's source here.
struct folder_marks {
  bool cachedir_tag = false;    // CACHEDIR.TAG, its signature checked
  bool pyvenv_cfg = false;      // pyvenv.cfg
  bool cmake_cache = false;     // CMakeCache.txt
  bool cmake_lists = false;     // CMakeLists.txt: with it the build was made among the sources
  bool linked_worktree = false; // another checkout of a repository: a workspace of its own
};

/// Looks for the marks by name. Of a folder that was listed, mark_name() finds them without a call.
folder_marks read_marks(int folder_fd);

/// Notes a name that was seen in a folder; checks what the name alone does not prove.
void note_mark(folder_marks& marks, int folder_fd, std::string_view name);

/// Why a folder with these marks is left out; empty: it is not.
std::string_view generated_reason(const folder_marks& marks);

} // namespace acpd::index
