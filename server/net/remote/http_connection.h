#pragma once

#include "protocol/line_splitter.h"
#include "server/net/remote/event_stream.h"
#include "server/net/remote/lobby.h"
#include "server/net/remote/observer.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace acpd::remote {

/// How a request over HTTP is answered when not with a message: status and text.
struct http_status {
  unsigned code = 202;
  std::string text;
};

/// A stream of events and whoever waits for more of them.
struct outbound {
  explicit outbound(asio::io_context& io) : bell(io) {}
  event_stream events;
  asio::steady_timer bell;
};

/// One connection over streamable HTTP: many requests and streams of one client, one pipe to the
/// daemon. Routes what the daemon says to the stream that the client expects it on; what no
/// receiver has taken waits, up to a bound. Has no state of sessions: it ends, they go on. In the
/// lobby's map until it is closed; the front's thread.
class http_connection : public std::enable_shared_from_this<http_connection> {
public:
  http_connection(lobby& l, peer who, stream pipe);

  void start();
  void close();

  const std::string& id() const { return id_; }
  const peer& who() const { return who_; }
  bool closed() const { return closed_; }
  /// Nobody listens, and nothing was sent for that long.
  bool idle_since(std::chrono::steady_clock::time_point then) const;
  void touch() { used_ = std::chrono::steady_clock::now(); }

  /// Sends the client's `initialize` and waits for the answer: the line; nothing when the
  /// connection ended before.
  asio::awaitable<std::optional<std::string>> initialize(std::string line, std::string raw_id);
  /// A message of the client. `session`: its Acp-Session-Id header.
  asio::awaitable<http_status> post(std::string line, payload p,
                                    std::optional<std::string> session);

  /// The stream to receive from, the connection's own without a session. Nothing: has a receiver.
  std::shared_ptr<outbound> acquire(const std::optional<std::string>& session);
  void release(const std::optional<std::string>& session, const std::shared_ptr<outbound>& from);
  /// Prepares the stream for a receiver that saw everything up to `last_event_id`. False: that
  /// cannot be honoured.
  asio::awaitable<bool> resume(std::optional<std::string> session, std::shared_ptr<outbound> on,
                               std::string last_event_id);
  /// Something was taken from a stream: the daemon may be read on.
  void taken() { room_.cancel(); }

private:
  asio::awaitable<void> read_loop(std::shared_ptr<http_connection> self);
  asio::awaitable<bool> wait_for_room();
  void on_line(std::string_view line);
  void route(std::string_view line);
  bool swallow(std::string_view line, const protocol::envelope& e);
  outbound& session_stream(const std::string& session);
  void bound_streams();
  std::size_t buffered() const;
  http_status check_answer(const protocol::envelope& e, std::string_view line,
                           const std::optional<std::string>& session);
  http_status check_method(const protocol::envelope& e, std::string_view line,
                           const std::optional<std::string>& session);

  lobby& lobby_;
  const peer who_;
  const std::string id_;
  stream pipe_;
  protocol::line_splitter lines_;
  observer observer_;
  std::shared_ptr<outbound> own_;
  std::map<std::string, std::shared_ptr<outbound>> sessions_;
  // Where an answer goes, by the request's raw id: a session, or "" for the connection's stream.
  std::map<std::string, std::string> answers_, questions_;
  std::string initialize_id_; // raw; not empty: its answer is awaited
  std::optional<std::string> initialized_;
  asio::steady_timer initialize_bell_, room_;
  struct resumption {
    std::string id, session; // raw id of the front's own request
    std::shared_ptr<outbound> on;
    enum : std::uint8_t { asked, begun, refused } state = asked;
  };
  std::vector<std::shared_ptr<resumption>> resuming_;
  std::uint64_t next_own_ = 1;
  std::chrono::steady_clock::time_point used_ = std::chrono::steady_clock::now();
  bool closed_ = false;
};

} // namespace acpd::remote
