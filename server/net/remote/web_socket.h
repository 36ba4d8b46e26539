#pragma once

#include "protocol/line_splitter.h"
#include "server/net/remote/beast.h"
#include "server/net/remote/daemon_side.h"
#include "server/net/remote/message.h"
#include "server/net/remote/observer.h"
#include "server/net/remote/stream.h"

#include <initializer_list>
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

  /// One message, in parts. What on_daemon() sends goes out together.
  void send(std::initializer_list<std::string_view> parts, bool is_text);
  /// A text of our own that answers the client's. One that sends and takes nothing is closed.
  void reply(std::string_view text);
  void to_daemon(std::string_view bytes) const { pipe_.push(bytes); }
  bool closing() const { return closing_; }

  const peer who_;

private:
  asio::awaitable<void> write_loop(std::shared_ptr<web_socket> self);
  asio::awaitable<void> ping_loop(std::shared_ptr<web_socket> self, std::chrono::seconds every);
  void owe(std::size_t bytes);
  void push_gathered();
  asio::awaitable<void> say_close(std::shared_ptr<web_socket> self, websocket::close_reason why);

  stream stream_, pipe_;
  std::string gathered_; // frames that on_daemon() has sent
  bool gathering_ = false;
  websocket::stream<stream, false> ws_; // without compression: a bomb needs it
  const std::string id_;
  asio::steady_timer ping_timer_;
  int unanswered_ = 0;   // pings since the client was last heard
  std::size_t owed_ = 0; // bytes of pongs and replies since the client last took what waits
  bool closing_ = false;
};

/// `bridge`: binary messages are the bridge's byte stream; else text messages are ACP's.
std::shared_ptr<web_socket> make_web_socket(stream s, stream pipe, peer who, bool bridge);

/// Appends one unmasked frame, as a server sends them; its payload is given in parts.
void append_ws_frame(std::string& out, std::uint8_t opcode,
                     std::initializer_list<std::string_view> parts);

} // namespace acpd::remote
