#include "indexer/store/source.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

namespace acpd::index {
namespace {

class descriptor {
public:
  explicit descriptor(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {}
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int get() const { return fd_; }

private:
  int fd_;
};

int read_all(int fd, std::uint64_t size, std::string& bytes) {
  bytes.resize(std::min<std::uint64_t>(size, most_source_bytes));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto n = ::pread(fd, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) break; // it became shorter: the stamp will differ
    have += static_cast<std::size_t>(n);
  }
  bytes.resize(have);
  return 0;
}

} // namespace

file_stamp stamp_of(const struct stat& s) {
  return {static_cast<std::uint64_t>(s.st_size),
          static_cast<std::int64_t>(s.st_ctim.tv_sec) * 1'000'000'000 + s.st_ctim.tv_nsec,
          static_cast<std::uint64_t>(s.st_ino)};
}

bool is_no_file(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EINVAL || error == ENXIO;
}

std::expected<source, int> read_source(const std::string& root, std::string_view path) {
  const auto full = root + "/" + std::string(path);
  // Opening alone does something to a pipe (it lets its writer go on) and to some devices.
  struct stat seen{};
  if (::lstat(full.c_str(), &seen) != 0) return std::unexpected(errno);
  if (!S_ISREG(seen.st_mode)) return std::unexpected(EINVAL);
  const descriptor file(full);
  if (file.get() < 0) return std::unexpected(errno);
  source s;
  constexpr int attempts = 3;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    struct stat before{}, after{};
    if (::fstat(file.get(), &before) != 0) return std::unexpected(errno);
    if (!S_ISREG(before.st_mode)) return std::unexpected(EINVAL);
    s.stamp = stamp_of(before);
    if (const int error = read_all(file.get(), s.stamp.size, s.bytes); error != 0)
      return std::unexpected(error);
    if (::fstat(file.get(), &after) == 0 && stamp_of(after) == s.stamp) break;
  }
  s.hash = XXH3_64bits_withSeed(s.bytes.data(), s.bytes.size(), s.stamp.size);
  return s;
}

} // namespace acpd::index
