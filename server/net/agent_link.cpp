#include "server/net/agent_link.h"

#include "protocol/errors.h"
#include "server/agent/end_tree.h"
#include "server/agent/shim_dir.h"
#include "server/core/lines.h"
#include "server/net/hub.h"
#include "server/net/read_arrived.h"
#include "server/net/session_host.h"
#include "server/net/spawn.h"

#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <sys/socket.h>

namespace acpd::net {

using namespace protocol;
using agent::shim_frame;

agent_link::agent_link(hub& h, std::int64_t id, std::string agent_name, std::string dir)
    : hub_(h), id_(id), agent_name_(std::move(agent_name)), dir_(std::move(dir)),
      lines_(h.config.max_line_bytes), look_timer_(h.io) {}

std::uint64_t agent_link::next_n() const { return host_ ? host_->core.data().next_n : probe_n_; }

std::uint64_t agent_link::take_n() { return host_ ? host_->core.take_n() : probe_n_++; }

// ---- the shim's socket

void agent_link::connected(agent::unique_fd fd) {
  socket_.emplace(hub_.io, asio::local::stream_protocol(), fd.release());
  frames_.reset();
  lines_.reset();
  received_ = consumed_;
  hello_seen_ = false;
  writing_ = false;
  const std::string waiting = std::exchange(out_, {});
  written_ = 0;
  frame(shim_frame::attach, 0, consumed_);
  out_ += waiting;
  spawn(hub_.io, "agent link", read_loop(shared_from_this()));
  write();
}

asio::awaitable<void> agent_link::read_loop(std::shared_ptr<agent_link> self) {
  while (socket_) {
    auto [ec] =
        co_await socket_->async_wait(unix_socket::wait_read, asio::as_tuple(asio::use_awaitable));
    if (ec || !socket_) co_return; // closed by us
    const auto bytes = read_arrived(*socket_, read_bytes);
    if (!bytes) break;
    if (bytes->empty()) continue;
    const bool ok = frames_.feed(
        *bytes, [&](const wire::frame_header& h, std::string_view p) { on_frame(h, p); });
    hub_.log.flush();
    if (!ok) break;
  }
  shim_lost();
}

void agent_link::frame(shim_frame type, std::uint64_t number, std::uint64_t seq,
                       std::string_view payload) {
  agent::append(out_, type, number, seq, payload);
}

void agent_link::write() {
  while (socket_ && !writing_ && written_ < out_.size()) {
    const ssize_t n = ::send(socket_->native_handle(), out_.data() + written_,
                             out_.size() - written_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      writing_ = true;
      socket_->async_wait(unix_socket::wait_write, [self = shared_from_this()](error_code ec) {
        self->writing_ = false;
        if (!ec) self->write();
      });
      return;
    }
    if (n < 0) return; // the read loop sees the end
    written_ += static_cast<std::size_t>(n);
  }
  if (written_ < out_.size()) return;
  out_.clear();
  if (out_.capacity() > (std::size_t{64} << 10)) out_.shrink_to_fit();
  written_ = 0;
}

void agent_link::send(std::uint64_t n, std::string line) {
  if (gone_) return;
  line.push_back('\n');
  if (hello_seen_) frame(shim_frame::send, n, 0, line);
  unsent_[n] = std::move(line);
  write();
}

void agent_link::acknowledge(std::uint64_t offset) {
  if (!hello_seen_) return;
  frame(shim_frame::ack, 0, offset);
  write();
}

void agent_link::on_frame(const wire::frame_header& h, std::string_view payload) {
  switch (static_cast<shim_frame>(h.type)) {
  case shim_frame::data: return on_data(h.seq, payload);
  case shim_frame::hello: return on_hello(payload);
  case shim_frame::progress:
    if (auto p = agent::unpack<agent::shim_progress>(payload)) {
      unsent_.erase(unsent_.begin(), unsent_.upper_bound(p->received));
      hello_.sent = *p;
      if (host_) hub_.step(*host_, core::agent_progress{p->written});
    }
    return;
  case shim_frame::stderr_tail: stderr_tail_ = payload; return;
  case shim_frame::exited:
    if (auto how = agent::unpack<agent::shim_exit>(payload)) on_exited(*how);
    return;
  case shim_frame::term_state: return on_terminal(h.number, payload);
  case shim_frame::term_exited: return read_terminal(h.number); // before who waits for it goes on
  default: return;
  }
}

void agent_link::on_hello(std::string_view payload) {
  auto hello = agent::unpack<agent::shim_hello>(payload);
  if (!hello) return;
  hello_ = *hello;
  hello_seen_ = true;
  unsent_.erase(unsent_.begin(), unsent_.upper_bound(hello->sent.received));
  for (const auto& [n, line] : unsent_)
    frame(shim_frame::send, n, 0, line);
  if (stopping_) stop();
  if (host_ && !stopping_) hub_.step(*host_, core::agent_progress{hello->sent.written});
  write();
}

// ---- the agent's lines

void agent_link::on_data(std::uint64_t offset, std::string_view bytes) {
  if (offset + bytes.size() <= received_) return;
  if (offset > received_) {
    spdlog::critical("agent={} shim={}: bytes {} to {} of its output are missing", agent_name_, id_,
                     received_, offset);
    received_ = offset;
  }
  bytes.remove_prefix(received_ - offset);
  const std::uint64_t base = received_;
  received_ += bytes.size();
  const std::uint64_t before = consumed_;
  lines_.feed(bytes, [&](std::string_view line, std::size_t end, bool too_long) {
    consumed_ = base + end;
    if (gone_ || stopping_ || again_) return;
    if (!too_long) return on_line(line);
    spdlog::warn("agent={} shim={} wrote a line above {} bytes: thrown away", agent_name_, id_,
                 hub_.config.max_line_bytes);
  });
  if (consumed_ != before && !gone_) hub_.log.touch(*this);
}

void agent_link::on_line(std::string_view line) {
  auto e = scan(line, {hub_.config.max_depth, hub_.config.max_line_bytes});
  if (!e) return bad_line("no message: " + e.error().text);
  if (e->kind == shape::response && on_own_response(line, *e)) return;
  if (e->kind == shape::notification && same_text(e->method.in(line), "session/update") &&
      !(e->session_id && e->update && e->variant))
    return bad_line("a session/update without sessionId, update or update.sessionUpdate");
  if (!host_) {
    const bool taken =
        e->kind != shape::response && asked_ &&
        (e->kind == shape::request || same_text(e->method.in(line), "$/cancel_request")) &&
        asked_(line, *e);
    if (taken) return;
    if (e->kind == shape::request) return reject(e->id.in(line), e->method.in(line));
    if (handshake_.now() == core::handshake::state::opening &&
        (handshake_.importing() || early_.size() < 10'000))
      early_.emplace_back(line);
    return;
  }
  if (handshake_.now() == core::handshake::state::opening && e->kind == shape::notification &&
      handshake_.swallows(e->variant.in(line)))
    return;
  // Of a process that speaks another version than the one before: the session learns it with
  // became_ready().
  if (handshake_.now() == core::handshake::state::opening && e->kind == shape::notification &&
      handshake_.version() != host_->core.data().version) {
    early_.emplace_back(line);
    return;
  }
  if (e->kind == shape::response && !host_->core.awaits(e->id.in(line)))
    return bad_line("a response to nothing that was asked, id " +
                    std::string(e->id.in(line).substr(0, 80)));
  if (e->kind != shape::request) return hub_.step(*host_, core::agent_line{line, *e, 0, {}});
  const std::string nonce = random_hex(8);
  hub_.step(*host_, core::agent_line{line, *e, hub_.next_question++, nonce});
}

/// Left out, and said. A flood of nonsense does not flood the log: the 1st, 2nd, 4th, 8th … are.
void agent_link::bad_line(std::string_view what) {
  if (std::has_single_bit(++bad_lines_))
    spdlog::warn("agent={} shim={} wrote {} ({} such lines so far)", agent_name_, id_, what,
                 bad_lines_);
}

/// A request before there is a session: nobody could answer it.
void agent_link::reject(std::string_view id, std::string_view method) {
  send(take_n(), method == "elicitation/create"
                     ? core::result_line(id, R"({"action":"cancel"})")
                     : core::error_line(id, method_not_found, "no session is open yet"));
}

bool agent_link::on_own_response(std::string_view line, const envelope& e) {
  const std::string_view id = e.id.in(line);
  std::uint64_t n = 0;
  if (std::from_chars(id.data(), id.data() + id.size(), n).ec != std::errc{}) return false;
  auto at = calls_.find(n);
  if (at == calls_.end()) return false;
  answer f = std::move(at->second);
  calls_.erase(at);
  f(e.result ? e.result.in(line) : std::string_view(),
    e.error ? e.error.in(line) : std::string_view());
  return true;
}

void agent_link::request(std::string_view method, std::string_view params, answer f) {
  const std::uint64_t n = take_n();
  calls_[n] = std::move(f);
  send(n, core::request_line(n, method, params));
}

void agent_link::reply(std::string_view raw_id, std::string_view raw_result) {
  send(take_n(), core::result_line(raw_id, raw_result));
}

// ---- the end

void agent_link::stop() {
  stopping_ = true;
  if (!hello_seen_ || gone_) return; // once it is there
  frame(shim_frame::stop, 3000);
  write();
}

void agent_link::detach() {
  error_code ignored;
  look_timer_.cancel();
  if (socket_) socket_->close(ignored);
  socket_.reset();
}

void agent_link::on_exited(const agent::shim_exit& how) {
  if (again_) return; // it is being ended
  std::string text;
  if (how.spawn_errno)
    text = std::string("could not be started (") + std::strerror(how.spawn_errno) + ")";
  else if (how.signal)
    text = "was ended by signal " + std::to_string(how.signal);
  else
    text = "ended (exit code " + std::to_string(how.code) + ")";
  finish(text, hello_.sent, true);
}

/// The connection to the shim broke: it has another daemon, or it is dead.
void agent_link::shim_lost() {
  error_code ignored;
  if (socket_) socket_->close(ignored);
  socket_.reset();
  if (gone_ || again_ || hub_.stopping) return;
  hub_.pool.block([dir = dir_] { return agent::shim_alive(dir); },
                  [self = shared_from_this()](bool alive) {
                    if (self->gone_) return;
                    if (!alive) return self->read_rest(self->consumed_);
                    auto again = agent::connect_shim(self->dir_);
                    if (again) return self->connected(std::move(*again));
                    auto timer = std::make_shared<asio::steady_timer>(
                        self->hub_.io, std::chrono::milliseconds(100));
                    timer->async_wait([self, timer](error_code ec) {
                      if (!ec) self->shim_lost();
                    });
                  });
}

/// What the dead shim's spool still holds, a part at a time, then the end.
void agent_link::read_rest(std::uint64_t from) {
  struct part {
    std::string bytes;
    std::uint64_t at = 0;
    std::optional<agent::shim_hello> state;
  };
  lines_.reset();
  received_ = consumed_;
  hub_.pool.block(
      [dir = dir_, from] {
        part p;
        p.at = from;
        auto done = agent::read_spool(dir, from, [&](std::uint64_t offset, std::string_view bytes) {
          if (p.bytes.empty()) p.at = offset;
          p.bytes.append(bytes);
          return p.bytes.size() < (std::size_t{1} << 20);
        });
        p.state = agent::read_state(dir);
        return p;
      },
      [self = shared_from_this()](part p) {
        if (self->gone_) return;
        const std::uint64_t before = self->consumed_;
        if (!p.bytes.empty()) self->on_data(p.at, p.bytes);
        self->hub_.log.flush();
        if (self->consumed_ != before && self->consumed_ == p.at + p.bytes.size())
          return self->read_rest(self->consumed_);
        if (self->consumed_ != before) return self->read_rest(self->consumed_);
        agent::shim_progress sent{UINT64_MAX, UINT64_MAX,
                                  UINT64_MAX}; // nothing known: it had it all
        if (p.state) {
          self->hello_ = *p.state;
          sent = p.state->sent;
        }
        self->finish("is gone (its shim was killed, or the machine was restarted)", sent, false);
      });
}

void agent_link::finish(const std::string& how, const agent::shim_progress& sent, bool shim_alive) {
  if (gone_) return;
  gone_ = true;
  look_timer_.cancel();
  spdlog::info("agent={} shim={} {}", agent_name_, id_, how);
  if (session_host* host = std::exchange(host_, nullptr); host && !stopping_) {
    host->agent.reset();
    if (host->core.agent() == core::agent_state::starting) {
      std::string text = "the agent \"" + agent_name_ + "\" " + how + " while it was being started";
      if (!stderr_tail_.empty())
        text +=
            ": " + stderr_tail_.substr(stderr_tail_.size() > 400 ? stderr_tail_.size() - 400 : 0);
      hub_.step(*host, core::agent_failed{text, {}, false});
    } else {
      hub_.step(*host, core::agent_exited{how, sent.started, sent.written});
    }
  } else if (failed_ && !stopping_) {
    std::string text = "the agent \"" + agent_name_ + "\" " + how;
    if (!stderr_tail_.empty())
      text += ": " + stderr_tail_.substr(stderr_tail_.size() > 400 ? stderr_tail_.size() - 400 : 0);
    std::exchange(failed_, nullptr)(text, {});
  }
  clean_up(shim_alive);
}

/// The row goes, then the shim, what is left of the tree, and the folder.
void agent_link::clean_up(bool shim_alive) {
  hub_.log.put(store::erase_shim{id_});
  hub_.log.after_commit([self = shared_from_this(), shim_alive] {
    if (shim_alive) self->kill_shim();
    self->hub_.forget(*self);
    self->end_process(shim_alive, [self] { self->detach(); });
  });
  hub_.log.flush();
}

void agent_link::kill_shim() {
  frame(shim_frame::kill);
  write();
}

/// Waits for the shim's end, ends what is left of the agent's tree, and removes the folder.
void agent_link::end_process(bool shim_alive, std::move_only_function<void()> then) {
  hub_.pool.block(
      [dir = dir_, hello = hello_, shim_alive] {
        for (int i = 0; shim_alive && i < 200 && agent::shim_alive(dir); ++i)
          ::usleep(10'000);
        if (hello.agent_pid > 0)
          agent::end_tree(hello, std::filesystem::path(dir).filename().string());
        return agent::remove_dir(dir).has_value();
      },
      [self = shared_from_this(), then = std::move(then)](bool ok) mutable {
        if (!ok) spdlog::warn("shim={}: its folder {} could not be removed", self->id_, self->dir_);
        then();
      });
}

} // namespace acpd::net
