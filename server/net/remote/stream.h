#pragma once

#include "server/net/remote/beast.h"

#include <memory>
#include <string>
#include <string_view>

namespace acpd::remote {

/// A connection of any kind (TCP, TLS over it, a Unix socket) whose writes are gathered: what is
/// pushed goes out in one write as soon as the one before is done, in order and never cut by
/// another push. So Beast's own control frames and ours may be written from several places, and a
/// flood costs few system calls. A handle: copies mean the same connection. The front's thread.
class stream {
public:
  using executor_type = asio::any_io_executor;

  explicit stream(socket s);

  executor_type get_executor() const;
  /// Everything after this is TLS; await the handshake before anything else.
  asio::awaitable<error_code> accept_tls(asio::ssl::context& context) const;

  /// Appends to what is to be sent; never blocks. Nothing after a failure.
  void push(std::string_view bytes) const;
  /// The same; `bytes` is empty afterwards, and was not copied if nothing waited.
  void push_all(std::string& bytes) const;
  std::size_t waiting() const; // bytes that were pushed and have not gone out
  /// Waits until less than `limit` waits, or the connection has failed. False: it has failed.
  asio::awaitable<bool> room(std::size_t limit) const;
  asio::awaitable<bool> flushed() const { return room(1); }

  asio::awaitable<std::size_t> read_some(asio::mutable_buffer into) const; // 0: the end

  /// What waits in a read ends; what was pushed still goes out.
  void cancel_reads() const;
  void close() const;
  bool is_open() const;
  /// Says the end to the other side after what was pushed, takes what it still sends, and closes:
  /// so an answer is not lost to a reset. Bounded in time and bytes.
  asio::awaitable<void> linger() const;
  socket& lowest() const;

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& into, Token&& token) const {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [s = *this](auto handler, const Buffers& b) { s.start_read(b, std::move(handler)); }, token,
        into);
  }
  /// Beast's writes: answers and control frames. Done as soon as they are pushed.
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& from, Token&& token) const {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [s = *this](auto handler, const Buffers& b) {
          std::size_t n = 0;
          for (auto at = asio::buffer_sequence_begin(b); at != asio::buffer_sequence_end(b); ++at) {
            const asio::const_buffer one = *at; // an iterator may make it as it goes
            s.push({static_cast<const char*>(one.data()), one.size()});
            n += one.size();
          }
          const error_code ec = s.failure();
          asio::post(s.get_executor(), [ec, n, h = std::move(handler)]() mutable { h(ec, n); });
        },
        token, from);
  }

private:
  struct state;

  template <class Buffers, class Handler>
  void start_read(const Buffers& into, Handler handler) const;
  error_code failure() const;

  std::shared_ptr<state> state_;
};

/// One per connection; kept alive by its handles and by what is under way.
struct stream::state : std::enable_shared_from_this<stream::state> {
  explicit state(socket s) : plain(std::move(s)), bell(plain.get_executor()) {}
  void flush();
  void fail(error_code ec);

  socket plain;
  std::unique_ptr<asio::ssl::stream<socket&>> tls;
  std::string next, going; // pushed; in the write that is under way
  asio::steady_timer bell; // rings when there is more room, or a failure
  bool writing = false;
  error_code failed;
};

template <class Buffers, class Handler>
void stream::start_read(const Buffers& into, Handler handler) const {
  if (state_->tls)
    state_->tls->async_read_some(into, std::move(handler));
  else
    state_->plain.async_read_some(into, std::move(handler));
}

// What Beast's WebSocket asks of a stream that it has not made itself.
inline void beast_close_socket(stream& s) { s.close(); }

template <class Handler>
void async_teardown(beast::role_type, stream& s, Handler&& handler) {
  // The close frame is still to go out; then whoever runs the connection closes it.
  asio::post(s.get_executor(), [h = std::forward<Handler>(handler)]() mutable { h(error_code{}); });
}
inline void teardown(beast::role_type, stream&, error_code& ec) { ec = {}; }

} // namespace acpd::remote
