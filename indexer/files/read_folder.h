#pragma once

#include "indexer/files/file_stat.h"
#include "indexer/files/ignore_rules.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

enum class entry_kind : std::uint8_t {
  file,
  folder,
  other
}; // other: links, pipes, sockets, devices

struct folder_entry {
  std::uint32_t name_at = 0, name_size = 0; // in folder_listing::names
  entry_kind kind = entry_kind::other;
  reach below = reach::normal; // of a folder, filled by the walk
  file_stat stat;              // filled by the walk for the files that it takes
};

/// A folder's entries. One is used again for every folder of a depth, so that a walk allocates
/// little.
struct folder_listing {
  std::string names; // each ends in NUL
  std::vector<folder_entry> entries;

  std::string_view name(const folder_entry& entry) const {
    return std::string_view(names).substr(entry.name_at, entry.name_size);
  }
  const char* c_name(const folder_entry& entry) const { return names.data() + entry.name_at; }
  void clear() {
    names.clear();
    entries.clear();
  }
};

/// Opens a folder below `root_fd` without following any symbolic link on the way. -1 and errno.
/// `path` from the root; empty: the root itself.
int open_folder_below(int root_fd, const std::string& path);

/// All entries but "." and "..", in the file system's order. 0, or errno of what failed.
int read_folder(int fd, folder_listing& listing);

/// Into the byte order of full paths: a folder counts as its name with a slash, since that is what
/// the paths below it begin with. With it a walk is sorted as `ORDER BY path` is.
void sort_by_path(folder_listing& listing);

} // namespace acpd::index
