#include "protocol/errors.h"
#include "protocol/splice.h"
#include "server/core/lines.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/index_guest.h"
#include "server/net/link.h"
#include "server/net/questions.h"
#include "server/net/read_arrived.h"
#include "server/net/session_views.h"
#include "server/net/spawn.h"

#include <algorithm>
#include <xxhash.h>

namespace acpd::net {

using namespace protocol;
using wire::bridge_frame;

link::link(hub& h, unix_socket socket, std::uint64_t number, pid_t peer, bool agents)
    : hub_(h), socket_(std::move(socket)), number_(number), peer_(peer), agent_peer_(agents),
      lines_(h.config.max_line_bytes), resume_bell_(h.io), author_("client-" + random_hex(16)) {
  card_.since_ms = h.now_ms();
  card_.from = "unix";
}

void link::start() { spawn(hub_.io, "link", read_loop(shared_from_this())); }

asio::awaitable<void> link::read_loop(std::shared_ptr<link> self) {
  while (!closed_) {
    while (!closed_ && (holding_ || !inbox_.empty() || backlogged())) {
      resume_bell_.expires_at(asio::steady_timer::time_point::max());
      co_await resume_bell_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    auto [ec] =
        co_await socket_.async_wait(unix_socket::wait_read, asio::as_tuple(asio::use_awaitable));
    if (ec || closed_) break;
    const auto bytes = read_arrived(socket_, client_read_bytes);
    if (!bytes) break;
    if (bytes->empty()) continue;
    on_bytes(*bytes);
    hub_.log.flush();
  }
  close();
}

void link::close() {
  if (closed_) return;
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
  resume_bell_.cancel();
  for (auto& [id, a] : std::exchange(attached_, {}))
    if (session_host* host = hub_.find(id)) {
      host->log.unfollow(*this, version_);
      give_back(*host, a);
    }
  hub_.watching.forget(*this);
  cancel_early();
  if (probe_) std::exchange(probe_, nullptr)->stop();
  spdlog::debug("client={} gone", author_);
  asio::post(hub_.io, [&h = hub_, self = shared_from_this()] { std::erase(h.links, self); });
}

/// Files and extension requests that this editor has not answered and will not.
void link::give_back(session_host& host, const attachment& a) {
  for (const auto& [row, id] : a.shown) {
    auto q = host.core.questions().find(row);
    if (q == host.core.questions().end()) continue;
    if (q->second.kind == core::question_kind::file ||
        q->second.kind == core::question_kind::extension)
      asio::post(hub_.io, [&h = hub_, session = host.core.data().id, row] {
        session_host* there = h.find(session);
        if (there && there->core.questions().contains(row))
          h.unanswered(*there, core::question(there->core.questions().at(row)));
      });
  }
}

namespace {

/// Whether `bytes` are `magic`, as far as they go.
bool begins_as(std::string_view bytes, std::string_view magic) {
  const std::size_t n = std::min(bytes.size(), magic.size());
  return bytes.substr(0, n) == magic.substr(0, n);
}

} // namespace

void link::on_bytes(std::string_view bytes) {
  if (mode_ == mode::unknown) {
    first_bytes_.append(bytes);
    const bool guest = begins_as(first_bytes_, index_guest::magic);
    const bool framed = begins_as(first_bytes_, wire::bridge_magic);
    if (guest && first_bytes_.size() >= index_guest::magic.size()) {
      // The door for agents: nothing of a link's can be reached from there.
      index_guest::receive(hub_, std::move(socket_), std::move(first_bytes_), peer_);
      return close();
    }
    if (guest || (framed && first_bytes_.size() < wire::bridge_magic.size())) return;
    mode_ = framed ? mode::framed : mode::plain;
    const std::string rest =
        std::exchange(first_bytes_, {}).substr(framed ? wire::bridge_magic.size() : 0);
    if (agent_peer_) {
      spdlog::warn("client pid={} runs under an agent of this daemon: refused", peer_);
      return refuse("refused: this process runs under one of this daemon's agents; an agent may "
                    "not use the daemon",
                    rest);
    }
    if (!rest.empty()) on_bytes(rest);
    return;
  }
  if (mode_ == mode::framed) {
    if (!frames_.feed(bytes,
                      [&](const wire::frame_header& h, std::string_view p) { on_frame(h, p); }))
      close();
    return;
  }
  lines_.feed(bytes, [&](std::string_view line, std::size_t, bool too_long) {
    if (closed_ || closing_) return;
    if (!too_long) return on_line(line, 0);
    emit(bridge_frame::data, 0, 0, 0,
         core::error_line(
             "null", parse_error,
             "a line is longer than " + std::to_string(hub_.config.max_line_bytes) +
                 " bytes; raise limits.line_bytes in acpd's configuration or send less") +
             "\n");
    pump();
  });
}

/// `first_bytes`: what a plain client has sent so far; its request is answered under its id.
void link::refuse(std::string_view text, std::string_view first_bytes) {
  std::string id = "null";
  lines_.feed(first_bytes, [&](std::string_view line, std::size_t, bool) {
    if (auto e = scan(line); e && e->kind == shape::request) id = e->id.in(line);
  });
  if (mode_ == mode::framed)
    emit(bridge_frame::refused, 0, 0, 0, R"({"text":)" + protocol::quoted(text) + "}");
  else
    emit(bridge_frame::data, 0, 0, 0, core::error_line(id, invalid_request, text) + "\n");
  closing_ = true;
  pump();
}

void link::on_frame(const wire::frame_header& h, std::string_view payload) {
  if (closed_ || closing_) return;
  switch (static_cast<bridge_frame>(h.type)) {
  case bridge_frame::hello: return on_hello(payload);
  case bridge_frame::line: return on_line(payload, h.number);
  case bridge_frame::ping: emit(bridge_frame::pong, 0, h.number, 0, {}); return pump();
  default: spdlog::warn("client={} sent a frame of type {}: ignored", author_, h.type);
  }
}

void link::on_line(std::string_view line, std::uint64_t n) {
  if (holding_ || !inbox_.empty()) {
    inbox_.emplace_back(n, line);
    return;
  }
  handle(line, n);
}

void link::drain_inbox() {
  while (!holding_ && !inbox_.empty() && !closed_) {
    auto [n, line] = std::move(inbox_.front());
    inbox_.pop_front();
    handle(line, n);
  }
  hub_.log.flush();
  if (!holding_) resume_bell_.cancel();
}

namespace {

/// The hash that tells whether a known key comes with the same request.
std::uint64_t request_hash(std::string_view line, const envelope& e) {
  const std::string_view method = e.method.in(line), params = e.params.in(line);
  const std::uint64_t seed = XXH3_64bits(method.data(), method.size());
  return XXH3_64bits_withSeed(params.data(), params.size(), seed) >> 1 |
         1; // fits a signed column, never 0
}

/// The line with its method written without needless escapes, as "session\/new"; empty: it is.
std::string plain_method(std::string_view line, const envelope& e) {
  const std::string_view written = e.method.in(line);
  if (written.find('\\') == std::string_view::npos) return {};
  std::string name = protocol::quoted(unquote('"' + std::string(written) + '"'));
  name = name.substr(1, name.size() - 2);
  std::string out;
  if (name != written) apply(out, line, {{e.method, name}});
  return out;
}

} // namespace

void link::handle(std::string_view line, std::uint64_t n) {
  last_active_ = static_cast<std::uint64_t>(hub_.now_ms());
  auto e = scan(line, {hub_.config.max_depth, hub_.config.max_line_bytes});
  if (!e) {
    emit(n ? bridge_frame::answer : bridge_frame::data, 0, n, 0,
         core::error_line("null", e.error().code, e.error().text) + "\n");
    return pump();
  }
  if (const std::string plain = plain_method(line, *e); !plain.empty()) return handle(plain, n);
  if (e->kind == shape::response) {
    on_response(line, *e);
    if (n) hub_.log.after_commit([self = shared_from_this(), n] { self->ack(n); });
    return;
  }
  std::string key = unquote(member(e->params_meta ? e->params_meta.in(line) : "", "acpd/key"));
  const bool own_key = !key.empty();
  if (!own_key) key = author_ + ":" + std::to_string(n ? n : next_key_++);
  // A key may be known when a client chose it, or when a bridge is here again.
  const bool may_be_known = own_key || (n && resumed_);
  if (e->kind == shape::notification) {
    const bool extension = e->method.in(line).starts_with("_"); // the others may come twice
    if (extension && may_be_known) return look_up(std::string(line), n, key);
    on_notification(line, *e);
    if (extension && (own_key || n))
      hub_.log.put(store::key_row{key, request_hash(line, *e), 0, 0, 0, true, {}, hub_.now_ms()});
    if (n) hub_.log.after_commit([self = shared_from_this(), n] { self->ack(n); });
    return;
  }
  incoming r{line,
             *e,
             n,
             std::string(e->id.in(line)),
             std::move(key),
             own_key || n != 0,
             request_hash(line, *e)};
  if (own_key) own_keys_[r.raw_id] = r.key;
  if (!may_be_known) return on_request(r);
  open_requests_[r.raw_id] = {r.key, std::string(e->method.in(line))};
  if (wait_if_open(r)) return;
  holding_ = true; // an answer that is being written just now must be found
  hub_.log.after_commit([self = shared_from_this(), text = std::string(line), n,
                         k = r.key]() mutable { self->look_up(std::move(text), n, std::move(k)); });
}

/// A request of this key is under way: this client waits for the same answer.
bool link::wait_if_open(const incoming& r) {
  session_host* host =
      r.e.session_id ? hub_.find(unquote(r.e.session_id.in(r.line))) : hub_.find(latest_session_);
  const core::turn* open = host ? host->core.find_turn(r.key) : nullptr;
  if (open) {
    if (open->key_hash && open->key_hash != r.hash) {
      reply_other_request(r);
      return true;
    }
    if (!attached(*host)) attach(*host, host->log.committed);
    if (v2() && answer_if_inserted(r, *host, *open)) return true;
    waiting_turns_.emplace(open->id, waiting_turn{host->core.data().id, r.raw_id, r.n});
    ack(r.n);
    return true;
  }
  if (!hub_.is_awaited(r.key) && !(host && host->core.has_call(r.key))) return false;
  if (host) note_agents_words(r, *host);
  hub_.wait_for(r.key, {weak_from_this(), r.raw_id, r.n});
  return true;
}

void link::reply_other_request(const incoming& r) {
  reply_error(r, invalid_params, "this acpd/key was used for another request; use a new key",
              R"({"acpd":{"key":)" + protocol::quoted(r.key) + "}}");
}

void link::look_up(std::string line, std::uint64_t n, std::string key) {
  holding_ = true;
  hub_.pool.read([key](store::reader& db) { return db.key(key); },
                 [self = shared_from_this(), line = std::move(line), n,
                  key](const std::optional<store::key_row>& row) {
                   self->holding_ = false;
                   if (self->closed_) return;
                   self->on_looked_up(line, n, key, row);
                   self->drain_inbox();
                 });
}

void link::on_looked_up(const std::string& line, std::uint64_t n, const std::string& key,
                        const std::optional<store::key_row>& row) {
  auto e = scan(line, {hub_.config.max_depth, hub_.config.max_line_bytes});
  if (e->kind == shape::notification) {
    if (!row) {
      on_notification(line, *e);
      hub_.log.put(store::key_row{key, request_hash(line, *e), 0, 0, 0, true, {}, hub_.now_ms()});
    }
    hub_.log.after_commit([self = shared_from_this(), n] { self->ack(n); });
    return;
  }
  const incoming r{line, *e, n, std::string(e->id.in(line)), key, true, request_hash(line, *e)};
  if (row)
    on_known(*row, r);
  else
    on_request(r);
}

/// A request that came before, and is not under way: answered as it was.
void link::on_known(const store::key_row& row, const incoming& r) {
  if (row.hash && row.hash != r.hash) return reply_other_request(r);
  if (!row.answered) return on_request(r);
  session_host* host = hub_.find(row.session);
  if (v2() && row.turn) return answer_known_prompt(row, r);
  if (row.turn && host && attached(*host) && attached_[row.session].cursor < row.seq) {
    // The answer stands in the log, and this client is not there yet.
    waiting_turns_.emplace(row.turn, waiting_turn{row.session, r.raw_id, r.n});
    return ack(r.n);
  }
  const std::string_view method = r.e.method.in(r.line);
  if (host && (method == "session/new" || method == "_acpd/import") && !attached(*host))
    attach(*host, 0);
  if (host && method == "session/fork" && !attached(*host)) attach(*host, host->log.committed);
  if (host) note_agents_words(r, *host);
  answer(r.raw_id, r.n, row.answer);
}

void link::on_response(std::string_view line, const envelope& e) {
  const std::string id = unquote(e.id.in(line));
  if (answer_early(id, line, e)) return;
  const std::int64_t row = row_of_question(id);
  for (auto& [session, a] : attached_) {
    auto shown = a.shown.find(row);
    session_host* host = hub_.find(session);
    if (shown == a.shown.end() || shown->second != id || !host) continue;
    a.shown.erase(shown);
    const std::string_view result = e.result ? e.result.in(line) : std::string_view();
    const std::string_view error = e.error ? e.error.in(line) : std::string_view();
    auto q = host->core.questions().find(row);
    if (q != host->core.questions().end() && q->second.method == "fs/read_text_file" &&
        !error.empty())
      return hub_.serve_from_disk(session, row);
    const std::string told = result.empty() || q == host->core.questions().end()
                                 ? std::string(result)
                                 : answer_of_editor(q->second, version_, result);
    return hub_.step(*host, core::answer_in{row, told, error, version_});
  }
  // Late: settled meanwhile, or withdrawn. Nothing to say to the editor.
  spdlog::debug("client={} answered {}: nothing asked under that id", author_, id);
}

void link::on_notification(std::string_view line, const envelope& e) {
  const std::string_view method = e.method.in(line);
  if (!initialised_) return;
  if (method == "$/cancel_request") {
    auto at = open_requests_.find(std::string(member(e.params.in(line), "requestId")));
    if (at == open_requests_.end()) return;
    const std::string key = at->second.key;
    for (auto& [session, a] : attached_)
      if (session_host* host = hub_.find(session)) hub_.step(*host, core::cancel_request_in{key});
    return;
  }
  if (same_text(method, "mcp/message")) return pass_mcp(line, e);
  session_host* host =
      e.session_id ? hub_.find(unquote(e.session_id.in(line))) : hub_.find(latest_session_);
  if (!host) return;
  if (method == "session/cancel") {
    auto at = attached_.find(host->core.data().id);
    return hub_.step(*host,
                     core::cancel_in{author_, at == attached_.end() ? 0 : at->second.cursor});
  }
  if (method.starts_with("_") && !method.starts_with("_acpd/"))
    hub_.step(*host, core::notification_in{line, e});
}

} // namespace acpd::net
