#pragma once

#include "server/net/asio.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace acpd::net {

/// The most that one read takes: of an agent's shim, and of everybody else.
inline constexpr std::size_t read_bytes = std::size_t{128} << 10;
inline constexpr std::size_t client_read_bytes = std::size_t{64} << 10;

/// What has arrived on a socket that is ready to be read: empty when there is nothing after all,
/// no value at its end. The bytes lie in one buffer for all sockets of the thread, so they are to
/// be used up before the next call.
inline std::optional<std::string_view> read_arrived(unix_socket& socket, std::size_t most) {
  static thread_local std::string buffer(read_bytes, '\0');
  const ssize_t n =
      ::recv(socket.native_handle(), buffer.data(), std::min(most, buffer.size()), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return std::string_view();
  if (n <= 0) return std::nullopt;
  return std::string_view(buffer).substr(0, static_cast<std::size_t>(n));
}

} // namespace acpd::net
