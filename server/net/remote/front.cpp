#include "server/net/remote/front.h"

#include "server/net/remote/limits.h"
#include "server/net/remote/lobby.h"
#include "server/net/remote/tokens.h"
#include "server/net/remote/visitor.h"
#include "server/net/spawn.h"

#include <future>
#include <netinet/tcp.h>
#include <thread>

namespace acpd::remote {

namespace {

std::unexpected<protocol::failure> failed(std::string text) {
  return std::unexpected(protocol::failure{0, std::move(text)});
}

protocol::result<tcp::endpoint> endpoint_of(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  const auto bad = [&] {
    return failed("listen.address is \"" + address +
                  "\": give an IP address and a port, as in 127.0.0.1:8787 or [::1]:8787");
  };
  if (colon == std::string::npos) return bad();
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  const std::string digits = address.substr(colon + 1);
  error_code ec;
  const auto ip = asio::ip::make_address(host, ec);
  if (ec || digits.empty() || digits.size() > 5 ||
      digits.find_first_not_of("0123456789") != std::string::npos || std::stoul(digits) > 65535)
    return bad();
  return tcp::endpoint(ip, static_cast<unsigned short>(std::stoul(digits)));
}

std::string text_of(const asio::ip::address& a) {
  return a.is_v6() ? "[" + a.to_string() + "]" : a.to_string();
}

/// A client whose machine is gone is noticed by the kernel, too, while something is to be sent.
void set_liveness(tcp::socket& s, std::chrono::milliseconds limit) {
  const int ms = static_cast<int>(limit.count());
  ::setsockopt(s.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
  error_code ignored;
  s.set_option(tcp::no_delay(true), ignored);
}

struct front_state {
  explicit front_state(daemon_side& d) : hall(io, d), idle_timer(io) {}

  protocol::result<void> prepare_tls();
  protocol::result<void> listen();
  asio::awaitable<void> accept_loop();
  asio::awaitable<void> expire_loop();
  void admit(tcp::socket s, const tcp::endpoint& from);
  void end();

  front_options options;
  asio::io_context io{1};
  lobby hall;
  std::optional<tcp::acceptor> acceptor;
  asio::steady_timer idle_timer;
  std::string address;
  std::thread thread;
  std::promise<void> ended;
};

protocol::result<void> front_state::prepare_tls() {
  if (options.tls_certificate.empty() != options.tls_key.empty())
    return failed("TLS needs a certificate and its key: give both listen.tls_cert and "
                  "listen.tls_key");
  if (options.tls_certificate.empty()) return {};
  auto loaded = certificate::load(options.tls_certificate, options.tls_key);
  if (!loaded) return std::unexpected(loaded.error());
  hall.tls = *std::move(loaded);
  hall.access.in_certificate = [this](const std::string& name) { return hall.tls->is_for(name); };
  return {};
}

protocol::result<void> front_state::listen() {
  const auto where = endpoint_of(options.address);
  if (!where) return std::unexpected(where.error());
  if (auto ready = prepare_tls(); !ready) return ready;
  if (!hall.tls && !where->address().is_loopback())
    return failed("listening on " + options.address +
                  " needs TLS, since it is not this machine's "
                  "loopback: give --tls-cert and --tls-key, or listen on 127.0.0.1 behind ssh");
  error_code ec;
  acceptor.emplace(io);
  acceptor->open(where->protocol(), ec);
  if (!ec) acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor->bind(*where, ec);
  if (!ec) acceptor->listen(SOMAXCONN, ec);
  if (ec)
    return failed("cannot listen on " + options.address + ": " + ec.message() +
                  "; name another address with --listen");
  const auto own = acceptor->local_endpoint();
  address = text_of(own.address()) + ":" + std::to_string(own.port());
  hall.access.hosts = options.hosts;
  hall.access.origins = options.origins;
  hall.idle = options.idle;
  hall.ping = options.ping;
  hall.max_connections = options.max_connections;
  return {};
}

asio::awaitable<void> front_state::accept_loop() {
  while (!hall.closing) {
    tcp::endpoint from;
    auto [ec, s] = co_await acceptor->async_accept(from, quietly);
    if (ec == asio::error::operation_aborted) co_return;
    if (!ec) {
      admit(std::move(s), from);
      continue;
    }
    asio::steady_timer pause(io, std::chrono::milliseconds(100)); // no descriptors left, perhaps
    co_await pause.async_wait(quietly);
  }
}

void front_state::admit(tcp::socket s, const tcp::endpoint& from) {
  error_code ec;
  const auto own = s.local_endpoint(ec);
  if (ec) return; // gone again
  set_liveness(s, hall.ping * missed_pings);
  // The oldest stranger makes room: a flood of them keeps nobody out who brings a token.
  if (hall.half_open.size() >= max_half_open) hall.half_open.front()->evict(503);
  if (hall.visitors.size() >= hall.max_connections + max_half_open) return;
  std::make_shared<visitor>(hall, stream(socket(std::move(s))), text_of(from.address()),
                            text_of(own.address()))
      ->start();
}

/// HTTP has no connection that could be seen to end: one that nobody uses does.
asio::awaitable<void> front_state::expire_loop() {
  while (!hall.closing) {
    idle_timer.expires_after(std::min(hall.ping, hall.idle));
    co_await idle_timer.async_wait(quietly);
    if (hall.closing) co_return;
    const auto then = std::chrono::steady_clock::now() - hall.idle;
    std::vector<std::shared_ptr<http_connection>> idle;
    for (auto& [id, c] : hall.http)
      if (c->idle_since(then)) idle.push_back(c);
    for (auto& c : idle) {
      spdlog::info("remote client token={}: idle for {} s, closed; its sessions go on",
                   c->who().name, hall.idle.count());
      c->close();
    }
  }
}

void front_state::end() {
  hall.closing = true;
  error_code ignored;
  acceptor->close(ignored);
  idle_timer.cancel();
  for (visitor* v : std::vector(hall.visitors.begin(), hall.visitors.end()))
    v->close(1001, "Server shutting down");
  std::vector<std::shared_ptr<http_connection>> open;
  for (auto& [id, c] : hall.http)
    open.push_back(c);
  for (auto& c : open)
    c->close();
}

class real_front : public front {
public:
  explicit real_front(daemon_side& d) : state_(std::make_unique<front_state>(d)) {}
  ~real_front() override { close(); }

  protocol::result<void> open(front_options options) override;
  const std::string& address() const override { return state_->address; }
  void set_tokens(std::vector<known_token> tokens) override;
  void close() override;
  new_token make_token() override {
    std::string token = remote::make_token();
    std::string hash = hash_of(token);
    return {std::move(token), std::move(hash)};
  }

private:
  std::unique_ptr<front_state> state_;
};

protocol::result<void> real_front::open(front_options options) {
  state_->options = std::move(options);
  if (auto listening = state_->listen(); !listening) return listening;
  net::spawn(state_->io, "remote accept", state_->accept_loop());
  net::spawn(state_->io, "remote idle", state_->expire_loop());
  state_->thread = std::thread([s = state_.get()] {
    s->io.run();
    s->ended.set_value();
  });
  return {};
}

void real_front::set_tokens(std::vector<known_token> tokens) {
  asio::post(state_->io, [s = state_.get(), tokens = std::move(tokens)]() mutable {
    s->hall.tokens = std::move(tokens);
    for (visitor* v : std::vector(s->hall.visitors.begin(), s->hall.visitors.end()))
      if (v->token() != 0 && !s->hall.knows(v->token())) v->close(1008, "the token was revoked");
    std::vector<std::shared_ptr<http_connection>> ended;
    for (auto& [id, c] : s->hall.http)
      if (!s->hall.knows(c->who().token)) ended.push_back(c);
    for (auto& c : ended)
      c->close();
  });
}

void real_front::close() {
  if (!state_->thread.joinable()) return;
  asio::post(state_->io, [s = state_.get()] { s->end(); });
  // run() returns when every connection has ended. Clients that do not answer are not waited for.
  if (state_->ended.get_future().wait_for(farewell_time) != std::future_status::ready)
    state_->io.stop();
  state_->thread.join();
}

} // namespace

std::unique_ptr<front> new_front(daemon_side& daemon) {
  return std::make_unique<real_front>(daemon);
}

} // namespace acpd::remote
