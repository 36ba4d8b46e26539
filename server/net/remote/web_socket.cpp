#include "server/net/remote/web_socket.h"

#include "server/net/remote/limits.h"
#include "server/net/spawn.h"

namespace acpd::remote {

namespace {
constexpr std::uint8_t text_frame = 1, binary_frame = 2, ping_frame = 9;
} // namespace

void append_ws_frame(std::string& out, std::uint8_t opcode, std::string_view payload) {
  out += static_cast<char>(0x80 | opcode);
  const std::size_t n = payload.size();
  const int length_bytes = n < 126 ? 0 : n <= 0xffff ? 2 : 8;
  out += static_cast<char>(length_bytes == 0 ? n : length_bytes == 2 ? 126 : 127);
  for (int i = length_bytes - 1; i >= 0; --i)
    out += static_cast<char>(n >> (8 * i) & 0xff);
  out.append(payload);
}

web_socket::web_socket(stream s, stream pipe, peer who, std::string id)
    : who_(std::move(who)), stream_(s), pipe_(std::move(pipe)), ws_(std::move(s)),
      id_(std::move(id)), ping_timer_(stream_.get_executor()) {}

asio::awaitable<void> web_socket::run(std::shared_ptr<web_socket> self,
                                      const http::request<http::string_body>& upgrade,
                                      std::chrono::seconds ping) {
  ws_.read_message_max(max_message_bytes);
  ws_.set_option(websocket::stream_base::decorator(
      [this](websocket::response_type& r) { r.set("Acp-Connection-Id", id_); }));
  ws_.control_callback([this](websocket::frame_type, beast::string_view) { unanswered_ = 0; });
  auto [accepted] = co_await ws_.async_accept(upgrade, quietly);
  if (accepted) {
    pipe_.close();
    co_return;
  }
  const auto executor = stream_.get_executor();
  auto& io = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
  net::spawn(io, "websocket output", write_loop(self));
  net::spawn(io, "websocket ping", ping_loop(self, ping));
  beast::flat_buffer message;
  for (;;) {
    auto [ec, n] = co_await ws_.async_read(message, quietly);
    if (ec) break;
    unanswered_ = 0;
    if (!closing_) on_message(beast::buffers_to_string(message.data()), ws_.got_text());
    message.consume(message.size());
    if (message.capacity() > output_room) message.shrink_to_fit();
    if (!co_await pipe_.room(pipe_room)) break;
  }
  closing_ = true;
  ping_timer_.cancel();
  pipe_.close();
}

asio::awaitable<void> web_socket::write_loop(std::shared_ptr<web_socket> self) {
  std::string buffer(std::size_t{64} << 10, '\0');
  for (;;) {
    const std::size_t n = co_await pipe_.read_some(asio::buffer(buffer));
    if (n == 0) break;
    on_daemon(std::string_view(buffer).substr(0, n));
    if (!co_await stream_.room(output_room)) break;
  }
  if (!closing_) close(1001, "the daemon has ended this connection");
}

asio::awaitable<void> web_socket::ping_loop(std::shared_ptr<web_socket> self,
                                            std::chrono::seconds every) {
  while (!closing_) {
    ping_timer_.expires_after(every);
    auto [ec] = co_await ping_timer_.async_wait(quietly);
    if (ec || closing_) break;
    if (unanswered_++ >= missed_pings) {
      spdlog::info("remote client token={}: silent for {} s, taken for dead", who_.name,
                   (every * missed_pings).count());
      stream_.close();
      break;
    }
    std::string ping;
    append_ws_frame(ping, ping_frame, {});
    stream_.push(ping);
  }
}

void web_socket::close(std::uint16_t code, std::string reason) {
  if (closing_) return;
  closing_ = true;
  auto& io =
      static_cast<asio::io_context&>(asio::query(stream_.get_executor(), asio::execution::context));
  net::spawn(io, "websocket close",
             say_close(shared_from_this(),
                       websocket::close_reason(static_cast<websocket::close_code>(code), reason)));
}

asio::awaitable<void> web_socket::say_close(std::shared_ptr<web_socket>,
                                            websocket::close_reason why) {
  // A client that does not answer the close is not waited for.
  auto limit = std::make_shared<asio::steady_timer>(stream_.get_executor(), answer_time);
  limit->async_wait([limit, s = stream_](error_code ec) {
    if (!ec) s.close();
  });
  co_await ws_.async_close(why, quietly);
  limit->cancel();
  stream_.cancel_reads();
}

void web_socket::send(std::string_view payload, bool is_text) const {
  std::string frame;
  frame.reserve(payload.size() + 10);
  append_ws_frame(frame, is_text ? text_frame : binary_frame, payload);
  stream_.push(frame);
}

} // namespace acpd::remote
