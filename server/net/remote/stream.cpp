#include "server/net/remote/stream.h"

#include "server/net/remote/limits.h"

#include <array>
#include <sys/socket.h>

namespace acpd::remote {

namespace {
constexpr std::size_t kept_capacity = std::size_t{256}
                                      << 10; // so that one flood costs nothing later
constexpr std::size_t lingering_bytes = 2 * max_body_bytes;
} // namespace

stream::stream(socket s) : state_(std::make_shared<state>(std::move(s))) {}

stream::executor_type stream::get_executor() const { return state_->plain.get_executor(); }

asio::awaitable<error_code> stream::accept_tls(asio::ssl::context& context) const {
  auto s = state_;
  s->tls = std::make_unique<asio::ssl::stream<socket&>>(s->plain, context);
  auto [ec] = co_await s->tls->async_handshake(asio::ssl::stream_base::server, quietly);
  co_return ec;
}

error_code stream::failure() const { return state_->failed; }
socket& stream::lowest() const { return state_->plain; }
bool stream::is_open() const { return state_->plain.is_open() && !state_->failed; }

std::size_t stream::waiting() const { return state_->next.size() + state_->going.size(); }

void stream::push(std::string_view bytes) const {
  if (state_->failed) return;
  state_->next.append(bytes);
  state_->flush();
}

void stream::push_all(std::string& bytes) const {
  if (!state_->next.empty() || state_->failed) {
    push(bytes);
    return bytes.clear();
  }
  state_->next.swap(bytes);
  state_->flush();
}

void stream::state::flush() {
  if (writing || next.empty() || failed) return;
  writing = true;
  going.swap(next);
  const auto done = [self = shared_from_this()](error_code ec, std::size_t) {
    self->writing = false;
    self->going.clear();
    if (self->going.capacity() > kept_capacity) self->going.shrink_to_fit();
    if (ec) return self->fail(ec);
    self->flush();
    self->bell.cancel();
  };
  if (tls)
    asio::async_write(*tls, asio::buffer(going), done);
  else
    asio::async_write(plain, asio::buffer(going), done);
}

void stream::state::fail(error_code ec) {
  if (!failed) failed = ec;
  next.clear();
  error_code ignored;
  plain.close(ignored);
  bell.cancel();
}

asio::awaitable<bool> stream::room(std::size_t limit) const {
  const stream self = *this; // the handle may go while this waits
  while (!self.state_->failed && self.waiting() >= limit) {
    self.state_->bell.expires_at(asio::steady_timer::time_point::max());
    co_await self.state_->bell.async_wait(quietly);
  }
  co_return !self.state_->failed;
}

asio::awaitable<std::size_t> stream::read_some(asio::mutable_buffer into) const {
  const stream self = *this;
  auto [ec, n] = co_await self.async_read_some(into, quietly);
  co_return ec ? 0 : n;
}

void stream::cancel_reads() const {
  error_code ignored;
  if (state_->writing) // which cancel() would end, too
    ::shutdown(state_->plain.native_handle(), SHUT_RD);
  else
    state_->plain.cancel(ignored);
}

void stream::close() const { state_->fail(asio::error::operation_aborted); }

asio::awaitable<void> stream::linger() const {
  const stream self = *this;
  asio::steady_timer limit(self.get_executor(), answer_time);
  limit.async_wait([self](error_code ec) {
    if (!ec) self.close();
  });
  if (co_await self.flushed()) {
    ::shutdown(self.state_->plain.native_handle(), SHUT_WR);
    std::array<char, 4096> thrown_away;
    for (std::size_t total = 0; total < lingering_bytes && self.is_open();) {
      // Below TLS: whatever comes now is not looked at.
      auto [ec, n] =
          co_await self.state_->plain.async_read_some(asio::buffer(thrown_away), quietly);
      if (ec) break;
      total += n;
    }
  }
  limit.cancel();
  self.close();
}

} // namespace acpd::remote
