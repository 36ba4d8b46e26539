#include "indexer/files/read_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace acpd::index {
namespace {

entry_kind kind_of(int fd, const dirent64& entry) {
  switch (entry.d_type) {
  case DT_REG: return entry_kind::file;
  case DT_DIR: return entry_kind::folder;
  case DT_UNKNOWN: break; // some file systems do not say
  default: return entry_kind::other;
  }
  struct stat found{};
  if (::fstatat(fd, entry.d_name, &found, AT_SYMLINK_NOFOLLOW) != 0) return entry_kind::other;
  if (S_ISREG(found.st_mode)) return entry_kind::file;
  return S_ISDIR(found.st_mode) ? entry_kind::folder : entry_kind::other;
}

bool is_dots(const char* name) {
  return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

void add(int fd, const dirent64& entry, folder_listing& listing) {
  if (is_dots(entry.d_name)) return;
  const auto size = std::strlen(entry.d_name);
  folder_entry made;
  made.name_at = static_cast<std::uint32_t>(listing.names.size());
  made.name_size = static_cast<std::uint32_t>(size);
  made.kind = kind_of(fd, entry);
  listing.names.append(entry.d_name, size + 1);
  listing.entries.push_back(std::move(made));
}

} // namespace

int open_folder_below(int root_fd, const std::string& path) {
  const char* name = path.empty() ? "." : path.c_str();
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
  open_how how{};
  how.flags = flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const auto fd = ::syscall(SYS_openat2, root_fd, name, &how, sizeof how);
  // Older kernels and some sandboxes have no openat2: only the last step is guarded there.
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) return ::openat(root_fd, name, flags);
  return static_cast<int>(fd);
}

int read_folder(int fd, folder_listing& listing) {
  listing.clear();
  alignas(dirent64) char buffer[32 * 1024];
  for (;;) {
    const auto n = ::getdents64(fd, buffer, sizeof buffer);
    if (n < 0) return errno;
    if (n == 0) return 0;
    for (ssize_t at = 0; at < n;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
      add(fd, *entry, listing);
      at += entry->d_reclen;
    }
  }
}

void sort_by_path(folder_listing& listing) {
  const auto ends_in = [](const folder_entry& entry) {
    return entry.kind == entry_kind::folder ? static_cast<int>('/') : -1;
  };
  std::ranges::sort(listing.entries, [&](const folder_entry& a, const folder_entry& b) {
    const auto common = std::min(a.name_size, b.name_size);
    const int order = std::memcmp(listing.c_name(a), listing.c_name(b), common);
    if (order != 0) return order < 0;
    const auto next = [&](const folder_entry& entry) {
      return entry.name_size > common
                 ? static_cast<int>(static_cast<unsigned char>(listing.c_name(entry)[common]))
                 : ends_in(entry);
    };
    return next(a) < next(b);
  });
}

} // namespace acpd::index
