#pragma once

#include <compare>
#include <cstdint>
#include <sys/stat.h>

namespace acpd::index {

/// What tells whether a file changed without reading it. The time is that of the inode (ctime):
/// tools set the other one back (tar, rsync, touch -r), this one nobody can, and chmod counts, too.
struct file_stat {
  std::uint64_t size = 0;
  std::int64_t changed_ns = 0;
  std::uint64_t inode = 0;
  std::uint32_t mode = 0; // permissions and type; not part of the comparison
};

inline file_stat to_file_stat(const struct stat& from) {
  return {static_cast<std::uint64_t>(from.st_size),
          static_cast<std::int64_t>(from.st_ctim.tv_sec) * 1'000'000'000 + from.st_ctim.tv_nsec,
          static_cast<std::uint64_t>(from.st_ino), static_cast<std::uint32_t>(from.st_mode)};
}

/// As far as stat can say. An edit of equal length within one tick of the file system's clock, in
/// place, is not seen by it; the watcher sees that one.
inline bool same_content(const file_stat& a, const file_stat& b) {
  return a.size == b.size && a.changed_ns == b.changed_ns && a.inode == b.inode;
}

} // namespace acpd::index
