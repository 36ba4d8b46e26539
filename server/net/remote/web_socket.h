#pragma once

#include "protocol/line_splitter.h"
#include "server/net/remote/beast.h"
#include "server/net/remote/daemon_side.h"
#include "server/net/remote/message.h"
#include "server/net/remote/observer.h"
#include "server/net/remote/stream.h"

#include <memory>
#include <string>

namespace acpd::remote {

/// A WebSocket between a client and the daemon's pipe: what they have in common. Beast reads, and
/// answers pings and closes; what the daemon says is framed here, many messages to one write. Both
/// ways wait when the other side does not take more. Pings, and ends a client that is silent.
/// Kept alive by its coroutines; the front's thread.
class web_socket : public std::enable_shared_from_this<web_socket> {
public:
  web_socket(stream s, stream pipe, peer who, std::string id);
  virtual ~web_socket() = default;

  /// From the upgrade to the end of the connection; a ping goes out every `ping`.
  asio::awaitable<void> run(std::shared_ptr<web_socket> self,
                            const http::request<http::string_body>& upgrade,
                            std::chrono::seconds ping);
  void close(std::uint16_t code, std::string reason);

protected:
  /// A whole message of the client.
  virtual void on_message(std::string text, bool is_text) = 0;
  /// Bytes of the daemon.
  virtual void on_daemon(std::string_view bytes) = 0;

  void send(std::string_view payload, bool is_text) const;
  void to_daemon(std::string_view bytes) const { pipe_.push(bytes); }
  bool closing() const { return closing_; }

  const peer who_;

private:
  asio::awaitable<void> write_loop(std::shared_ptr<web_socket> self);
  asio::awaitable<void> ping_loop(std::shared_ptr<web_socket> self, std::chrono::seconds every);
  asio::awaitable<void> say_close(std::shared_ptr<web_socket> self, websocket::close_reason why);

  stream stream_, pipe_;
  websocket::stream<stream, false> ws_; // without compression: a bomb needs it
  const std::string id_;
  asio::steady_timer ping_timer_;
  int unanswered_ = 0; // pings since the client was last heard
  bool closing_ = false;
};

/// `bridge`: binary messages are the bridge's byte stream; else text messages are ACP's.
std::shared_ptr<web_socket> make_web_socket(stream s, stream pipe, peer who, bool bridge);

/// Appends one unmasked frame, as a server sends them.
void append_ws_frame(std::string& out, std::uint8_t opcode, std::string_view payload);

} // namespace acpd::remote
