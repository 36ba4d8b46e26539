#pragma once

#include "protocol/failure.h"
#include "server/net/remote/daemon_side.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace spdlog {
class logger;
}

namespace acpd::remote {

/// [listen] of the configuration, and the flags of `acpd serve`.
struct front_options {
  std::string address;                  // "127.0.0.1:8787", "[::1]:8787"; port 0: any
  std::string tls_certificate, tls_key; // files; empty: no TLS
  std::vector<std::string> hosts, origins;
  std::chrono::seconds idle{300};
  std::chrono::seconds ping{15};
  std::size_t max_connections = 256;
};

/// The listener for clients from elsewhere: HTTP, WebSocket and TLS, on an io_context and a thread
/// of its own, so that strangers' handshakes and parsers cost the session thread nothing. Whoever
/// presents a token becomes an ordinary connection of the daemon; the front knows no sessions.
/// Owned by the daemon; `daemon` outlives it. Its functions are called on the daemon's thread.
///
/// It lives in a module, acpd-front.so, which is loaded when it is needed: a daemon that serves
/// this machine only has no OpenSSL in it.
class front {
public:
  virtual ~front() = default;

  /// Errors: the address is taken or not one of this machine, TLS lacks where it must be, a
  /// certificate or key that cannot be used. The text says what to do.
  virtual protocol::result<void> open(front_options options) = 0;
  /// Where it listens: with the port that was chosen; empty before open().
  virtual const std::string& address() const = 0;
  /// What is not among these is known no more, and its connections end.
  virtual void set_tokens(std::vector<known_token> tokens) = 0;
  /// Tells the clients, and ends the thread. Bounded in time.
  virtual void close() = 0;

  struct new_token {
    std::string token, hash;
  };
  virtual new_token make_token() = 0;
};

/// The front itself: for the module, and for tests.
std::unique_ptr<front> new_front(daemon_side& daemon);

/// The module's one symbol, and its type. It has spdlog of its own, and logs where the daemon does.
inline constexpr const char* front_symbol = "acpd_make_front";
using make_front = front* (*)(daemon_side&, std::shared_ptr<spdlog::logger>);

} // namespace acpd::remote
