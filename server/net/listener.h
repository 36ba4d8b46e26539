#pragma once

#include "protocol/failure.h"
#include "server/net/asio.h"

#include <filesystem>
#include <functional>
#include <optional>

namespace acpd::net {

class hub;

/// The daemon's Unix socket: 0600, same user only. Made again when its folder vanishes (at logout).
/// Owned by serve(); session thread.
class listener {
public:
  explicit listener(hub& h);

  /// Errors: the path is in use or cannot be made.
  protocol::result<void> open();
  void close();

private:
  asio::awaitable<void> accept_loop();
  asio::awaitable<void> watch_loop();
  void accepted(unix_socket socket);

  hub& hub_;
  std::optional<asio::local::stream_protocol::acceptor> acceptor_;
  asio::steady_timer watch_;
  std::uint64_t next_client_ = 1;
  ino_t inode_ = 0;
  bool closed_ = false;
};

} // namespace acpd::net
