#include "server/net/remote/http_connection.h"

#include "server/net/remote/limits.h"
#include "server/net/spawn.h"

#include <algorithm>

namespace acpd::remote {

using namespace protocol;

http_connection::http_connection(lobby& l, peer who, stream pipe)
    : lobby_(l), who_(std::move(who)), id_(random_uuid()), pipe_(std::move(pipe)),
      lines_(2 * max_line_bytes), own_(std::make_shared<outbound>(l.io)), initialize_bell_(l.io),
      room_(l.io) {}

void http_connection::start() { net::spawn(lobby_.io, "http", read_loop(shared_from_this())); }

void http_connection::close() {
  if (closed_) return;
  closed_ = true;
  pipe_.close();
  initialize_bell_.cancel();
  room_.cancel();
  own_->bell.cancel();
  for (auto& [id, s] : sessions_)
    s->bell.cancel();
  asio::post(lobby_.io, [self = shared_from_this()] { self->lobby_.http.erase(self->id_); });
}

bool http_connection::idle_since(std::chrono::steady_clock::time_point then) const {
  if (own_->events.received || used_ > then) return false;
  return std::ranges::none_of(sessions_, [](const auto& s) { return s.second->events.received; });
}

asio::awaitable<void> http_connection::read_loop(std::shared_ptr<http_connection> self) {
  std::string buffer(std::size_t{64} << 10, '\0');
  while (!closed_) {
    const std::size_t n = co_await pipe_.read_some(asio::buffer(buffer));
    if (n == 0) break;
    lines_.feed(std::string_view(buffer).substr(0, n),
                [this](std::string_view line, std::size_t, bool) { on_line(line); });
    if (!co_await wait_for_room()) break;
  }
  close();
}

std::size_t http_connection::buffered() const {
  std::size_t bytes = own_->events.bytes();
  for (const auto& [id, s] : sessions_)
    bytes += s->events.bytes();
  return bytes;
}

/// A client that takes nothing of what waits for so long is not coming back for it.
asio::awaitable<bool> http_connection::wait_for_room() {
  const auto self = shared_from_this();
  while (!closed_ && buffered() >= max_buffered_bytes) {
    room_.expires_after(output_stall);
    auto [ec] = co_await room_.async_wait(quietly);
    if (!ec && buffered() >= max_buffered_bytes) {
      spdlog::warn("remote client token={}: nothing was read for {} s: closed", who_.name,
                   output_stall.count());
      co_return false;
    }
  }
  co_return !closed_;
}

void http_connection::on_line(std::string_view line) {
  if (closed_) return;
  if (who_.rights == role::observer) {
    std::string answer;
    const bool goes_on = observer_.to_client(line, answer);
    if (!answer.empty()) pipe_.push(answer + "\n");
    if (!goes_on) return;
  }
  route(line);
}

outbound& http_connection::session_stream(const std::string& session) {
  auto& s = sessions_[session];
  if (!s) s = std::make_shared<outbound>(lobby_.io);
  return *s;
}

/// To the stream on which the official client waits for it: an answer where its request says, what
/// names a session to that session.
void http_connection::route(std::string_view line) {
  const auto e = scan(line);
  if (!e || swallow(line, *e)) return;
  std::string session;
  if (e->kind == shape::response) {
    const std::string id(e->id.in(line));
    if (!initialize_id_.empty() && id == initialize_id_) {
      initialized_ = std::string(line);
      initialize_bell_.cancel();
      return;
    }
    if (auto at = answers_.find(id); at != answers_.end()) {
      session = std::move(at->second);
      answers_.erase(at);
    }
  } else {
    if (e->session_id) session = unquote(e->session_id.in(line));
    if (e->kind == shape::request) questions_[std::string(e->id.in(line))] = session;
  }
  outbound& to = session.empty() ? *own_ : session_stream(session);
  if (const auto at = position_of(line, *e))
    to.events.push(with_cursor(line, *e, *at), *at);
  else
    to.events.push(line);
  to.bell.cancel();
  bound_streams();
}

/// Those that nobody waits for and that hold nothing go first: a receiver that comes back to one
/// has to load its session.
void http_connection::bound_streams() {
  if (sessions_.size() <= max_waiting_streams) return;
  std::erase_if(sessions_, [](const auto& s) { return s.second->events.idle(); });
  const auto waiting =
      std::ranges::count_if(sessions_, [](const auto& s) { return !s.second->events.received; });
  if (static_cast<std::size_t>(waiting) <= max_waiting_streams) return;
  spdlog::warn("remote client token={}: more than {} sessions without a receiver: closed",
               who_.name, max_waiting_streams);
  close();
}

// ---- a receiver that comes back

/// Answers to the front's own requests.
bool http_connection::swallow(std::string_view line, const envelope& e) {
  if (resuming_.empty()) return false;
  if (e.kind == shape::notification) {
    if (!same_text(e.method.in(line), "_acpd/stream/resumed")) return false;
    const std::string session = e.session_id ? unquote(e.session_id.in(line)) : "";
    for (auto& r : resuming_)
      if (r->session == session && r->state == resumption::asked) {
        r->state = resumption::begun;
        r->on->events.log_begins();
        r->on->bell.cancel();
        return true;
      }
    return false;
  }
  if (e.kind != shape::response) return false;
  const auto at =
      std::ranges::find_if(resuming_, [&](const auto& r) { return r->id == e.id.in(line); });
  if (at == resuming_.end()) return false;
  if (e.error) {
    (*at)->state = resumption::refused;
    (*at)->on->events.log_refused();
  } else {
    (*at)->on->events.log_ended();
  }
  (*at)->on->bell.cancel();
  resuming_.erase(at);
  return true;
}

asio::awaitable<bool> http_connection::resume(std::optional<std::string> session,
                                              std::shared_ptr<outbound> on,
                                              std::string last_event_id) {
  const auto self = shared_from_this();
  const auto seen = event_position::parse(last_event_id);
  if (!seen) co_return false;
  switch (on->events.resume(*seen)) {
  case event_stream::continued::refused: co_return false;
  case event_stream::continued::from_here: co_return true;
  case event_stream::continued::from_log: break;
  }
  if (!session) co_return false;
  auto r = std::make_shared<resumption>();
  r->id = "\"acpd-front-" + id_ + "-" + std::to_string(next_own_++) + "\"";
  r->session = *session;
  r->on = on;
  const event_position from = on->events.await_log(*seen);
  resuming_.push_back(r);
  pipe_.push(R"({"jsonrpc":"2.0","id":)" + r->id +
             R"(,"method":"_acpd/stream/resume","params":{"sessionId":)" + quoted(*session) +
             R"(,"epoch":)" + quoted(from.epoch) + R"(,"seq":)" + std::to_string(from.seq) +
             "}}\n");
  while (!closed_ && r->state == resumption::asked) {
    on->bell.expires_at(asio::steady_timer::time_point::max());
    co_await on->bell.async_wait(quietly);
  }
  co_return !closed_ && r->state == resumption::begun;
}

std::shared_ptr<outbound> http_connection::acquire(const std::optional<std::string>& session) {
  touch();
  if (session) session_stream(*session);
  auto& found = session ? sessions_.at(*session) : own_;
  if (found->events.received) return nullptr;
  found->events.received = true;
  return found;
}

void http_connection::release(const std::optional<std::string>& session,
                              const std::shared_ptr<outbound>& from) {
  touch();
  from->events.received = false;
  if (session && from->events.untouched()) sessions_.erase(*session);
}

} // namespace acpd::remote
