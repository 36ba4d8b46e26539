#include "protocol/splice.h"
#include "server/core/lines.h"
#include "server/net/edge.h"
#include "server/net/hub.h"
#include "server/net/link.h"
#include "server/net/questions.h"
#include "server/net/replay.h"
#include "server/net/session_views.h"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>

namespace acpd::net {

using wire::bridge_frame;

namespace {

constexpr std::size_t run_limit = std::size_t{256} << 10;
constexpr int rounds_per_pump = 16; // then others get a turn

} // namespace

void link::emit(bridge_frame type, std::uint16_t slot, std::uint64_t number, std::uint64_t seq,
                std::string_view lines) {
  if (mode_ == mode::framed)
    wire::append_frame(out_, {0, static_cast<std::uint8_t>(type), 0, slot, number, seq}, lines);
  else
    out_.append(lines);
}

void link::ring_bell(session_host& host) {
  if (attached_.contains(host.core.data().id)) pump();
}

/// Writes until the socket is full or nothing is left. Bounded: the rest is posted.
void link::pump() {
  if (closed_ || waiting_to_write_ || pumping_) return;
  pumping_ = true;
  bool more = true;
  for (int round = 0; more && round < rounds_per_pump; ++round)
    more = flush() && fill();
  pumping_ = false;
  if (closed_ || waiting_to_write_) return;
  if (more) return asio::post(hub_.io, [self = shared_from_this()] { self->pump(); });
  if (closing_) return close();
  if (!backlogged()) resume_bell_.cancel();
}

/// Sends what has been made. False: the socket is full (pump is called again) or dead.
bool link::flush() {
  while (out_at_ < out_.size() || run_at_ < run_head_size_ + run_.size()) {
    iovec parts[3];
    int count = 0;
    // A run was made when nothing else waited: it goes first, and is never cut by what came later.
    if (run_at_ < run_head_size_) parts[count++] = {run_head_ + run_at_, run_head_size_ - run_at_};
    const std::size_t body_at = run_at_ < run_head_size_ ? 0 : run_at_ - run_head_size_;
    if (body_at < run_.size())
      parts[count++] = {const_cast<char*>(run_.data()) + body_at, run_.size() - body_at};
    if (out_at_ < out_.size()) parts[count++] = {out_.data() + out_at_, out_.size() - out_at_};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = static_cast<std::size_t>(count);
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        close();
        return false;
      }
      waiting_to_write_ = true;
      socket_.async_wait(unix_socket::wait_write, [self = shared_from_this()](error_code ec) {
        self->waiting_to_write_ = false;
        if (!ec) self->pump();
      });
      return false;
    }
    const auto done = static_cast<std::size_t>(sent);
    const std::size_t of_run = std::min(done, run_head_size_ + run_.size() - run_at_);
    run_at_ += of_run;
    out_at_ += done - of_run;
  }
  if (out_.capacity() > (std::size_t{64} << 10)) out_.shrink_to_fit();
  out_.clear();
  out_at_ = 0;
  run_of_.reset();
  run_ = {};
  run_at_ = run_head_size_ = 0;
  return true;
}

/// Makes the next piece of output from one of the cursors, in turn. False: all are at their head.
bool link::fill() {
  if (closing_) return false;
  auto at = attached_.upper_bound(turn_of_fill_);
  for (std::size_t i = 0; i < attached_.size(); ++i, ++at) {
    if (at == attached_.end()) at = attached_.begin();
    const std::int64_t session = at->first;
    session_host* host = hub_.find(session);
    if (!host || !fill_from(*host, at->second)) continue; // which may end the attachment
    turn_of_fill_ = session;
    return true;
  }
  return out_at_ < out_.size();
}

bool link::fill_from(session_host& host, attachment& a) {
  if (a.folding) return false;
  if (a.parts) return fill_folded(host, a);
  if (a.due && a.cursor >= a.due->at) {
    respond_due(host, a);
    return true;
  }
  if (a.cursor >= host.log.committed) return false;
  if (a.replayed && a.replayed->last <= a.cursor) a.replayed = std::move(a.ahead);
  if (a.replayed) {
    const std::uint64_t next = a.replayed->last + 1;
    if (!a.reading && !a.ahead && next <= host.log.committed && !host.log.find(version_, next))
      read_behind(host, a, next);
    return fill_entries(host, a, a.replayed);
  }
  if (a.reading) return false;
  if (auto c = host.log.find(version_, a.cursor + 1)) return fill_entries(host, a, c);
  read_behind(host, a, a.cursor + 1);
  return false;
}

/// A compacted frame, too, is only for clients that can show it.
bool link::shows(const protocol::folded_frame& f) const {
  if (abilities_.compaction || f.line.find("compaction_") == std::string::npos) return true;
  auto e = protocol::scan(f.line);
  return !e || !e->variant.in(f.line).starts_with("compaction_");
}

bool link::fill_folded(session_host& host, attachment& a) {
  std::string lines;
  const std::uint64_t head = a.due->at;
  while (a.next_folded < a.folded.size() && lines.size() < run_limit) {
    protocol::folded_frame& f = a.folded[a.next_folded];
    const std::size_t index = a.folded_before + a.next_folded++;
    if (index < a.skip_folded || !shows(f)) continue;
    const std::string meta = R"("acpd/replay":{"head":)" + std::to_string(head) + R"(,"index":)" +
                             std::to_string(index) + "}";
    if (!abilities_.boolean_options && f.single == protocol::singleton::config) {
      f.line = without_boolean_options(f.line);
      if (const auto e = protocol::scan(f.line)) f.where = protocol::splice_of(*e, f.line);
    }
    protocol::render(lines, f.line, f.where, host.core.quoted_sid(), meta);
    lines.push_back('\n');
    f.line = {};
  }
  if (!lines.empty())
    emit(bridge_frame::replay, a.slot, a.folded_before + a.next_folded - 1, head, lines);
  if (a.next_folded < a.folded.size()) return true;
  a.folded_before += a.folded.size();
  a.folded = {};
  a.next_folded = 0;
  next_part(a, host.core.data().id);
  return true;
}

/// Orders the next part of a compacted replay. After the last one the response is due.
void link::next_part(attachment& a, std::int64_t session) {
  if (a.parts->done) {
    a.parts.reset();
    return;
  }
  a.folding = true;
  struct part {
    std::vector<protocol::folded_frame> frames;
    store::replay_position position;
  };
  hub_.pool.read(
      [session, head = a.due->at, position = std::move(*a.parts), version = version_,
       folds = a.folds](store::reader& db) mutable {
        auto frames = rendered_folds(db.compacted(session, head, position), version, *folds);
        return part{std::move(frames), std::move(position)};
      },
      [self = shared_from_this(), session, which = a.attaching](part p) {
        auto at = self->attached_.find(session);
        if (at == self->attached_.end() || at->second.attaching != which) return;
        attachment& now = at->second;
        now.folding = false;
        now.folded = std::move(p.frames);
        now.parts = std::move(p.position);
        self->pump();
      });
}

bool link::passes(const attachment& a, const item& i) const {
  switch (i.kind) {
  case piece::plain:
  case piece::silent: return true;
  case piece::user_message: return i.author != core::author_hash(author_);
  case piece::notice: return abilities_.notices && !a.due;
  case piece::gated: return abilities_.compaction;
  case piece::boolean_options: return abilities_.boolean_options;
  case piece::prompt_answered:
  case piece::turn_ended:
  case piece::question_asked:
  case piece::question_settled: return false;
  }
  return false;
}

/// The longest run of entries that go out as they are, or one that needs looking at.
bool link::fill_entries(session_host& host, attachment& a, const std::shared_ptr<const chunk>& c) {
  const std::size_t first = c->after(a.cursor);
  std::size_t next = first;
  const std::size_t begin = c->items[first].begin;
  while (next < c->items.size() && passes(a, c->items[next]) &&
         c->items[next].end - begin <= run_limit)
    ++next;
  if (next == first && passes(a, c->items[first])) ++next; // one line above the limit
  if (next == first) {
    const item i = c->items[first];
    a.cursor = i.seq;
    special(host, a, *c, i);
    return true;
  }
  a.cursor = c->items[next - 1].seq;
  run_ = std::string_view(c->bytes).substr(begin, c->items[next - 1].end - begin);
  if (run_.empty()) return true;
  run_of_ = c;
  run_at_ = 0;
  if (mode_ == mode::framed) {
    wire::encode(run_head_,
                 {static_cast<std::uint32_t>(run_.size()),
                  static_cast<std::uint8_t>(bridge_frame::data), 0, a.slot, 0, a.cursor});
    run_head_size_ = sizeof run_head_;
  }
  return true;
}

/// An entry that is another thing for each client, or nothing. Its last frame moves the cursor.
void link::special(session_host& host, attachment& a, const chunk& c, const item& i) {
  const std::string_view bytes = std::string_view(c.bytes).substr(i.begin, i.end - i.begin);
  const std::size_t behind = bytes.rfind('\n') + 1; // 0: there is no line
  const std::string_view lines = bytes.substr(0, behind), response = bytes.substr(behind);
  const std::uint64_t seq = lines.empty() ? i.seq : 0;
  const bool pending = host.core.questions().contains(i.ref);
  switch (i.kind) {
  case piece::prompt_answered:
  case piece::turn_ended: {
    auto [first, last] = waiting_turns_.equal_range(i.ref);
    for (auto w = first; w != last; w = waiting_turns_.erase(w))
      reply_raw(w->second.raw_id, w->second.n, response, a.slot, seq);
    return show_to_all(a, i, lines);
  }
  case piece::question_asked:
    if (!pending) return; // settled meanwhile: nobody is asked, nothing is blocked
    if (!a.shown.contains(i.ref)) show_question(host, a, host.core.questions().at(i.ref), seq);
    return show_to_all(a, i, lines);
  case piece::question_settled:
    if (auto s = a.shown.find(i.ref); s != a.shown.end()) {
      const std::string line =
          core::notification_line("$/cancel_request", R"({"requestId":")" + s->second + "\"}") +
          "\n";
      a.shown.erase(s);
      emit(bridge_frame::withdraw, a.slot, 0, seq, line);
    }
    if (!host.core.needs_person()) show_to_all(a, i, lines);
    return;
  case piece::notice:
    if (a.due) return; // live only: not in what a load replays
    if (const std::string line = notice_as_message(bytes.substr(0, bytes.find('\n')));
        !line.empty())
      emit(bridge_frame::data, a.slot, 0, i.seq, line + "\n");
    return;
  case piece::boolean_options: return show_to_all(a, i, without_boolean_options(lines));
  case piece::plain:
  case piece::silent:
  case piece::user_message:
  case piece::gated: return; // what this client is not sent
  }
}

void link::show_to_all(const attachment& a, const item& i, std::string_view lines) {
  if (!lines.empty()) emit(bridge_frame::data, a.slot, 0, i.seq, lines);
}

void link::show_question(session_host& host, attachment& a, const core::question& q,
                         std::uint64_t seq) {
  const std::string id = question_id(q);
  const std::string asked = asked_of_editor(host, q, version_);
  auto e = protocol::scan(asked);
  if (!e) return;
  if (q.kind == core::question_kind::elicitation) {
    const bool url = protocol::member(e->params.in(asked), "mode") == "\"url\"";
    if (url ? !abilities_.url : !abilities_.form) {
      const std::string text =
          "The agent asks: " + protocol::unquote(protocol::member(e->params.in(asked), "message")) +
          "\nAnswer with: acpctl permit " + host.core.data().sid;
      return emit(bridge_frame::data, a.slot, 0, 0, message_for(host, version_, text) + "\n");
    }
  }
  a.shown[q.id] = id;
  std::string line;
  const std::string quoted_id = "\"" + id + "\"";
  protocol::apply(line, asked, {{e->id, quoted_id}, {e->session_id, host.core.quoted_sid()}});
  emit(bridge_frame::ask, a.slot, static_cast<std::uint64_t>(q.id), seq, line + "\n");
}

void link::ask(session_host& host, const core::question& q) {
  if (auto a = attached_.find(host.core.data().id); a != attached_.end())
    show_question(host, a->second, q, a->second.cursor);
  pump();
}

/// Entries behind the ring, from the database: one chunk, made off the session thread.
void link::read_behind(session_host& host, attachment& a, std::uint64_t from) {
  a.reading = true;
  const std::int64_t session = host.core.data().id;
  const std::uint64_t to = host.log.committed;
  auto view = std::exchange(a.behind, nullptr);
  if (!view || view->next() != from)
    view = std::make_shared<entry_view>(version_, host.core.quoted_sid(), hub_.log.epoch(),
                                        facts_of(host.core.data()));
  hub_.pool.read(
      [session, from, to, view](store::reader& r) {
        auto c = std::make_shared<chunk>();
        if (view->next() != from) prime_up_to(*view, r, session, from);
        if (to - from > 500) c->bytes.reserve(run_limit + (std::size_t{16} << 10));
        r.entries(session, from, to, [&](const store::entry& e) {
          view->append(*c, e);
          return c->bytes.size() < run_limit;
        });
        return c;
      },
      [self = shared_from_this(), session, which = a.attaching,
       view](std::shared_ptr<chunk> c) mutable {
        auto at = self->attached_.find(session);
        if (at == self->attached_.end() || at->second.attaching != which) return;
        at->second.reading = false;
        attachment& now = at->second;
        now.behind = std::move(view);
        if (!c->items.empty()) (now.replayed ? now.ahead : now.replayed) = std::move(c);
        self->pump();
      });
}

/// What was replayed is written: the response, once it is surely told what is committed.
void link::respond_due(session_host& host, attachment& a) {
  if (a.due->what == due_response::of::close) return respond(host, a);
  a.folding = true; // nothing goes out until then
  hub_.log.after_commit(
      [self = shared_from_this(), session = host.core.data().id, which = a.attaching] {
        auto at = self->attached_.find(session);
        session_host* there = self->hub_.find(session);
        if (at == self->attached_.end() || at->second.attaching != which || !there) return;
        at->second.folding = false;
        self->respond_with_state(*there, at->second);
        self->pump();
      });
  hub_.log.flush();
}

void link::respond(session_host& host, attachment& a) {
  due_response d = std::move(*a.due);
  a.due.reset();
  const bool says_state = d.what == due_response::of::attach && !v2();
  if (says_state) d.result.insert(d.result.size() - 2, turn_state(host)); // into _meta, its last
  reply_raw(d.raw_id, d.n, core::result_line("null", d.result), a.slot, d.at);
  if (d.what == due_response::of::close) return leave(host);
  if (!std::exchange(a.ask_pending, false)) return;
  for (const auto& [id, q] : host.core.questions()) {
    if (core::asks_person(q.kind) && !a.shown.contains(id)) show_question(host, a, q, a.cursor);
  }
}

} // namespace acpd::net
