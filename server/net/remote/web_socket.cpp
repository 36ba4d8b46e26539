#include "server/net/remote/web_socket.h"

#include "server/net/remote/limits.h"
#include "server/net/spawn.h"

namespace acpd::remote {

namespace {
constexpr std::uint8_t text_frame = 1, binary_frame = 2, ping_frame = 9;
constexpr std::size_t control_head = 2; // a control frame's, before its payload
} // namespace

void append_ws_frame(std::string& out, std::uint8_t opcode,
                     std::initializer_list<std::string_view> parts) {
  std::size_t n = 0;
  for (const std::string_view part : parts)
    n += part.size();
  const int length_bytes = n < 126 ? 0 : n <= 0xffff ? 2 : 8;
  char head[10]{static_cast<char>(0x80 | opcode), static_cast<char>(length_bytes == 0   ? n
                                                                    : length_bytes == 2 ? 126
                                                                                        : 127)};
  std::size_t head_bytes = 2;
  for (int i = length_bytes - 1; i >= 0; --i)
    head[head_bytes++] = static_cast<char>(n >> (8 * i) & 0xff);
  out.append(head, head_bytes);
  for (const std::string_view part : parts)
    out.append(part);
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
  ws_.control_callback([this](websocket::frame_type type, beast::string_view payload) {
    unanswered_ = 0;
    if (type == websocket::frame_type::ping) owe(payload.size() + control_head);
  });
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
    gathering_ = true;
    on_daemon(std::string_view(buffer).substr(0, n));
    gathering_ = false;
    push_gathered();
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
  push_gathered(); // what was sent comes before the close
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

/// What the daemon says waits for the client, what the client makes us say cannot.
void web_socket::owe(std::size_t bytes) {
  owed_ = stream_.waiting() < output_room ? 0 : owed_ + bytes;
  if (owed_ <= max_owed_bytes) return;
  spdlog::info("remote client token={}: sends and takes nothing, cut off", who_.name);
  closing_ = true;
  stream_.close();
}

void web_socket::reply(std::string_view text) {
  owe(text.size());
  send({text}, true);
}

void web_socket::send(std::initializer_list<std::string_view> parts, bool is_text) {
  append_ws_frame(gathered_, is_text ? text_frame : binary_frame, parts);
  if (!gathering_) push_gathered();
}

void web_socket::push_gathered() {
  stream_.push_all(gathered_);
  if (gathered_.capacity() > output_room) gathered_.shrink_to_fit();
}

} // namespace acpd::remote
