#pragma once

#include "server/net/remote/http_connection.h"
#include "server/net/remote/lobby.h"
#include "server/net/remote/web_socket.h"

#include <memory>
#include <optional>
#include <string>

namespace acpd::remote {

using request = http::request<http::string_body>;
using response = http::response<http::string_body>;

/// One TCP connection to the front, from accept to its end: TLS, then HTTP requests one after the
/// other, each checked for Host, Origin and token before anything of it is used; one of them may
/// make it a WebSocket or a stream of events. Costs the daemon nothing before a token was seen.
/// Kept alive by its coroutine; the front's thread.
class visitor : public std::enable_shared_from_this<visitor> {
public:
  visitor(lobby& l, stream s, std::string address, std::string own_address);

  void start();
  /// Ends it with this status if an answer is due, else at once.
  void evict(unsigned status);
  /// The front ends, or the token was revoked.
  void close(std::uint16_t code, std::string reason);
  std::int64_t token() const { return who_ ? who_->token : 0; }

private:
  asio::awaitable<void> run(std::shared_ptr<visitor> self);
  asio::awaitable<void> serve();
  asio::awaitable<bool> read_header(http::request_parser<http::string_body>& parser);
  asio::awaitable<bool> read_body(http::request_parser<http::string_body>& parser);
  std::optional<response> refuse(const http::request_header<>& header);
  std::optional<response> admit(std::string_view authorization);
  void answer(response r);
  void set_deadline(std::chrono::steady_clock::duration time, unsigned status);
  void clear_deadline();
  void leave_half_open();

  // visitor_requests.cpp
  asio::awaitable<bool> dispatch(const request& r); // false: the connection is used up
  asio::awaitable<response> post(const request& r);
  asio::awaitable<response> initialize(const request& r, const std::string& line, const payload& p);
  asio::awaitable<bool> get(const request& r);
  asio::awaitable<void> send_events(std::shared_ptr<http_connection> from,
                                    std::optional<std::string> session,
                                    std::shared_ptr<outbound> events, std::string out);
  asio::awaitable<void> watch_end(std::shared_ptr<visitor> self, std::shared_ptr<outbound> events);
  asio::awaitable<void> upgrade(const request& r);
  response remove(const request& r);
  std::shared_ptr<http_connection> connection_of(std::string_view id) const;

  lobby& lobby_;
  stream stream_;
  const std::string address_, own_address_;
  beast::flat_buffer buffer_;
  std::optional<peer> who_; // of the last request
  asio::steady_timer deadline_;
  unsigned late_status_ = 0; // of the deadline that has passed, or the eviction
  bool keep_alive_ = true;
  bool client_gone_ = false;
  bool ended_ = false; // by us: close()
  std::list<visitor*>::iterator half_open_at_;
  bool half_open_ = true;
  std::shared_ptr<web_socket> socket_;
};

response plain_response(unsigned status, std::string_view text);

} // namespace acpd::remote
