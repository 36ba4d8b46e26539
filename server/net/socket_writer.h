#pragma once

#include "server/net/asio.h"

#include <cerrno>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace acpd::net {

/// What waits to be written to a socket, and the writing of it without blocking. Owned by who owns
/// the socket; session thread.
class socket_writer {
public:
  void add(std::string_view bytes) { out_ += bytes; }
  std::size_t waiting() const { return out_.size() - written_; }

  /// Writes what goes. When not all did, `resume` runs once, as soon as more goes: it is to call
  /// this again, and keeps this alive. False: the connection is broken.
  template <class Resume>
  bool write(unix_socket& socket, Resume resume) {
    while (!blocked_ && written_ < out_.size()) {
      const ssize_t n = ::send(socket.native_handle(), out_.data() + written_, waiting(),
                               MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        blocked_ = true;
        socket.async_wait(unix_socket::wait_write,
                          [this, resume = std::move(resume)](error_code ec) mutable {
                            blocked_ = false;
                            if (!ec) resume();
                          });
        return true;
      }
      if (n < 0) return false;
      written_ += static_cast<std::size_t>(n);
    }
    if (waiting() > 0) return true;
    out_.clear();
    written_ = 0;
    return true;
  }

private:
  std::string out_;
  std::size_t written_ = 0;
  bool blocked_ = false; // until the socket takes more
};

} // namespace acpd::net
