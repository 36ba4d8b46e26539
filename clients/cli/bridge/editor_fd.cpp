#include "clients/cli/bridge/editor_fd.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace acpd::bridge {

editor_fd::editor_fd(int fd) : fd_(fd) {
  struct stat s{};
  if (::fstat(fd, &s) != 0) return;
  if (S_ISSOCK(s.st_mode)) way_ = way::send;
  if (!S_ISFIFO(s.st_mode)) return;
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  if (const int own = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC); own >= 0) {
    fd_ = own;
    way_ = way::reopened;
  }
}

editor_fd::~editor_fd() {
  if (way_ == way::reopened) ::close(fd_);
}

std::ptrdiff_t editor_fd::write(std::string_view bytes) const {
  ssize_t n = 0;
  switch (way_) {
  case way::send: n = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL); break;
  case way::reopened: n = ::write(fd_, bytes.data(), bytes.size()); break;
  case way::small_write: {
    pollfd ready{fd_, POLLOUT, 0};
    if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0)
      return (ready.revents & (POLLERR | POLLNVAL)) != 0 ? -1 : 0;
    n = ::write(fd_, bytes.data(), std::min(bytes.size(), std::size_t{PIPE_BUF}));
    break;
  }
  }
  if (n >= 0) return n;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
}

} // namespace acpd::bridge
