#include "indexer/files/read_file.h"

#include "indexer/files/unique_fd.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace acpd::index {
namespace {
constexpr off_t most_bytes = 16 << 20;
}

std::optional<std::string> read_small_file(const std::string& path, int flags) {
  return read_small_file_at(AT_FDCWD, path.c_str(), flags);
}

std::optional<std::string> read_small_file_at(int folder_fd, const char* name, int flags) {
  // What is no file is not even opened: that would do something to a pipe or a device.
  const int follow = (flags & O_NOFOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0;
  struct stat found{};
  if (::fstatat(folder_fd, name, &found, follow) != 0 || !S_ISREG(found.st_mode))
    return std::nullopt;
  // O_NONBLOCK: one that has just become a pipe must not hold the walk up.
  const unique_fd fd(::openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags));
  if (!fd || ::fstat(fd.get(), &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
  if (found.st_size > most_bytes) return std::nullopt;
  std::string content;
  char buffer[16384];
  for (;;) {
    const auto n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) return content;
    content.append(buffer, static_cast<std::size_t>(n));
    if (content.size() > static_cast<std::size_t>(most_bytes)) return std::nullopt;
  }
}

} // namespace acpd::index
