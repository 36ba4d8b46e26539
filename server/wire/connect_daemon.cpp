#include "server/wire/connect_daemon.h"

#include "protocol/errors.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace acpd::wire {
namespace {

std::string why_not(int fd, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return "the path is too long";
  std::memcpy(address.sun_path, path.data(), path.size());
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED) return "no daemon is running there";
    return std::strerror(errno);
  }
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::strerror(errno);
  if (peer.uid != ::geteuid())
    return "user " + std::to_string(peer.uid) + " listens there, not you";
  return {};
}

} // namespace

protocol::result<int> connect_daemon(const std::string& socket_path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  std::string reason = fd < 0 ? std::strerror(errno) : why_not(fd, socket_path);
  if (reason.empty()) return fd;
  if (fd >= 0) ::close(fd);
  return std::unexpected(
      protocol::failure{protocol::internal_error, socket_path + ": " + std::move(reason)});
}

} // namespace acpd::wire
