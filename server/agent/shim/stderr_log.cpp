#include "server/agent/shim/stderr_log.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>

namespace acpd::shim {

void stderr_log::append(std::string_view bytes) {
  if (!fd_) {
    fd_ = agent::unique_fd(::open("stderr.log", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    size_ = 0;
  }
  if (!fd_) return;
  const ssize_t n = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
  if (n > 0) size_ += static_cast<std::uint64_t>(n);
  if (size_ >= limit_bytes) shorten();
}

/// Keeps the newest half in a new file, which takes the old one's name when it is whole.
void stderr_log::shorten() {
  agent::unique_fd fresh(::open("stderr.new", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  std::uint64_t from = size_ - limit_bytes / 2;
  std::uint64_t to = 0;
  char block[16384];
  while (fresh && from < size_) {
    const ssize_t n = ::pread(fd_.get(), block, sizeof block, static_cast<off_t>(from));
    if (n <= 0 ||
        ::pwrite(fresh.get(), block, static_cast<std::size_t>(n), static_cast<off_t>(to)) != n)
      break;
    from += static_cast<std::uint64_t>(n);
    to += static_cast<std::uint64_t>(n);
  }
  if (fresh && from >= size_ && std::rename("stderr.new", "stderr.log") == 0) {
    fd_ = std::move(fresh);
    size_ = to;
    return;
  }
  // No room for a copy: begin again, so that the log never grows without limit.
  if (::ftruncate(fd_.get(), 0) == 0) size_ = 0;
}

std::string stderr_log::tail(std::size_t bytes) const {
  if (!fd_) return {};
  std::string out(std::min<std::uint64_t>(bytes, size_), '\0');
  const ssize_t n =
      ::pread(fd_.get(), out.data(), out.size(), static_cast<off_t>(size_ - out.size()));
  out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return out;
}

} // namespace acpd::shim
