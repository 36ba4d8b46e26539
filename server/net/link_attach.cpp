#include "protocol/errors.h"
#include "server/core/lines.h"
#include "server/net/hub.h"
#include "server/net/link.h"
#include "server/net/questions.h"
#include "server/net/session_views.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

namespace acpd::net {

using namespace protocol;
using wire::bridge_frame;

namespace {

/// Whole and not negative; 1.5 is none, and not 1.
std::uint64_t number(std::string_view raw, std::uint64_t otherwise) {
  std::uint64_t n = otherwise;
  const auto [end, bad] = std::from_chars(raw.data(), raw.data() + raw.size(), n);
  return bad == std::errc{} && end == raw.data() + raw.size() ? n : otherwise;
}

constexpr std::uint64_t no_number = UINT64_MAX;

std::string cursor_json(std::string_view epoch, std::uint64_t seq) {
  return R"({"epoch":")" + std::string(epoch) + R"(","seq":)" + std::to_string(seq) + "}";
}

} // namespace

attachment& link::attach(session_host& host, std::uint64_t cursor) {
  const std::int64_t id = host.core.data().id;
  auto [at, fresh] = attached_.try_emplace(id);
  attachment& a = at->second;
  if (fresh) host.log.follow(*this, version_);
  latest_session_ = id;
  auto shown = std::move(a.shown);
  const std::uint16_t slot = a.slot;
  a = {};
  a.shown = std::move(shown);
  a.cursor = cursor;
  a.attaching = next_attach_++;
  hub_.watching.changed(host); // who is new is told how it is
  if (mode_ != mode::framed) return a;
  a.slot = slot ? slot : next_slot_++;
  emit(bridge_frame::slot, a.slot, 0, cursor,
       R"({"sessionId":)" + std::string(host.core.quoted_sid()) + R"(,"epoch":")" +
           hub_.log.epoch() + "\"}");
  return a;
}

std::string link::attach_result(const session_host& host, std::uint64_t cursor) const {
  std::string out = session_facts_for(host, version_, abilities_.boolean_options);
  out.back() = out.size() > 2 ? ',' : ' ';
  return out.append(R"("_meta":{"acpd/cursor":)")
      .append(cursor_json(hub_.log.epoch(), cursor))
      .append("}}");
}

/// What v2 says by a state_update, for v1 clients: further members of _meta.
std::string link::turn_state(const session_host& host) const {
  const core::session& c = host.core;
  const std::string_view state = state_of(host);
  std::string out = R"(,"acpd/state":{"state":")" + std::string(state) + R"(","turn":)" +
                    std::to_string(c.data().turns) + R"(,"queued":)" +
                    std::to_string(c.queue().size());
  if (const std::string beside = c.background(); !beside.empty())
    out += R"(,"background":)" + beside;
  out += '}';
  if (card_.from != "remote") return out;
  out += R"(,"acp/turnState":{"state":")" + std::string(state == "interrupted" ? "idle" : state) +
         "\"";
  if (const auto& running = c.running())
    if (const auto w = waiting_turns_.find(running->id); w != waiting_turns_.end())
      out += R"(,"promptRequestId":)" + w->second.raw_id;
  return out + "}";
}

/// Why a cursor of `epoch` that wants `next` cannot be honoured: error data; empty: it can.
std::optional<std::string> link::refused_cursor(const session_host& host, std::string_view epoch,
                                                std::uint64_t next) {
  const std::uint64_t head = host.log.committed;
  if (epoch == hub_.log.epoch() && next >= 1 && next <= head + 1) return std::nullopt;
  return R"({"epoch":")" + hub_.log.epoch() + R"(","head":)" + std::to_string(head) + "}";
}

void link::load(const incoming& r, session_host& host) {
  if (const auto cwd = r.param("cwd"); !cwd.empty() && !unquote(cwd).starts_with('/'))
    return reply_error(r, invalid_params, "params.cwd: expected an absolute path");
  if (!keep_servers(r, host)) return;
  const std::string_view from =
      member(r.e.params_meta ? r.e.params_meta.in(r.line) : "", "acpd/replayFrom");
  const std::uint64_t head = host.log.committed;
  if (auto cut = cut_replays_.find(r.n); r.n && cut != cut_replays_.end())
    return compacted(r, host, std::min(cut->second.first, head), cut->second.second + 1);
  if (from.empty()) return compacted(r, host, head, 0);
  if (!member(from, "index").empty()) return resume_compacted(r, host, from);
  resume_tail(r, host, from);
}

/// A compacted replay that was cut: on from that frame of it.
void link::resume_compacted(const incoming& r, session_host& host, std::string_view from) {
  const std::uint64_t first = number(member(from, "index"), no_number);
  const std::uint64_t at = first == no_number ? 0 : number(member(from, "head"), 0);
  if (const auto refused = refused_cursor(host, unquote(member(from, "epoch")), at))
    return reply_error(r, invalid_params,
                       "this is no place in a replay of the session; load it without "
                       "acpd/replayFrom",
                       *refused);
  compacted(r, host, std::min(at, host.log.committed), first);
}

/// From a cursor: entries as they were, then the response, then live.
void link::resume_tail(const incoming& r, session_host& host, std::string_view from) {
  const std::string epoch = unquote(member(from, "epoch"));
  const std::uint64_t next = number(member(from, "seq"), 0);
  const auto go = [](link& self, const kept& k, session_host& h, std::uint64_t first) {
    attachment& a = self.attach(h, first - 1);
    const std::uint64_t head = h.log.committed;
    a.due = due_response{head, k.raw_id, k.n, self.attach_result(h, head)};
    a.ask_pending = true;
    self.pump();
  };
  const auto refused = refused_cursor(host, epoch, next);
  if (!refused) return go(*this, kept(r), host, next);
  if (epoch == hub_.log.epoch() || epoch.empty())
    return reply_error(r, invalid_params,
                       "this cursor is not in the session's log; load it without acpd/replayFrom",
                       *refused);
  // The epoch before a reboot: good up to what was there then.
  hub_.pool.read(
      [epoch, session = host.core.data().id](store::reader& db) {
        return db.head_in_epoch(epoch, session);
      },
      [self = shared_from_this(), k = kept(r), next, go,
       data = *refused](std::optional<std::uint64_t> head) {
        session_host* there = self->hub_.find(unquote(k.e.session_id.in(k.line)));
        if (!there || self->closed_) return;
        if (head && next >= 1 && next <= *head + 1) return go(*self, k, *there, next);
        self->reply_error(
            k, invalid_params,
            "this cursor is of another database; load the session without acpd/replayFrom", data);
      });
}

/// The whole conversation, compacted, up to `head`; then the response, then what came after.
void link::compacted(const incoming& r, session_host& host, std::uint64_t head, std::size_t first) {
  attachment& a = attach(host, head);
  a.due = due_response{head, r.raw_id, r.n, attach_result(host, head)};
  a.ask_pending = true;
  a.skip_folded = first;
  a.parts.emplace();
  a.folds = std::make_shared<renderer>(editor_view{.version = version_,
                                                   .notices = true,
                                                   .compaction = true,
                                                   .boolean_options = true,
                                                   .states = false},
                                       facts_of(host.core.data()));
  next_part(a, host.core.data().id);
}

/// session/resume: in v1 attaches without a replay.
void link::resume(const incoming& r, session_host& host) {
  if (!keep_servers(r, host)) return;
  if (v2()) return resume_v2(r, host);
  const std::string_view from =
      member(r.e.params_meta ? r.e.params_meta.in(r.line) : "", "acpd/replayFrom");
  if (!from.empty()) return resume_tail(r, host, from);
  const std::uint64_t head = host.log.committed;
  attachment& a = attach(host, head);
  a.due = due_response{head, r.raw_id, r.n, attach_result(host, head)};
  a.ask_pending = true;
  pump();
}

// ---- a bridge that is here again

void link::on_hello(std::string_view payload) {
  auto checked =
      scan(R"({"jsonrpc":"2.0","method":"hello","params":)" + std::string(payload) + "}");
  if (!checked) return refuse("the hello frame is not JSON: " + checked.error().text);
  if (member(payload, "protocol") != "1")
    return refuse(
        "this daemon speaks version 1 of the bridge's protocol; use the acpctl of its version");
  author_ = unquote(member(payload, "bridge"));
  if (author_.empty()) return refuse("the hello frame names no bridge");
  agent_ = unquote(member(payload, "agent"));
  if (auto env = member(payload, "env"); env.starts_with('{'))
    for_each_member(env, [&](std::string_view name, std::string_view value) {
      env_.push_back(unquote("\"" + std::string(name) + "\"") + "=" + unquote(value));
    });
  if (const std::string line = unquote(member(payload, "initialize")); !line.empty())
    if (auto e = scan(line); e && e->params) {
      take_abilities(e->params.in(line));
      resumed_ = asked_ = true;
    }
  emit(bridge_frame::welcome, 0, 0, 0,
       R"({"protocol":1,"epoch":")" + hub_.log.epoch() +
           R"(","version":")" ACPD_VERSION R"(","pid":)" + std::to_string(::getpid()) + "}");
  std::set<std::string> shown;
  if (auto ids = member(payload, "shown"); ids.starts_with('['))
    for_each_element(ids, [&](std::string_view id) { shown.insert(unquote(id)); });
  if (auto cuts = member(payload, "replays"); cuts.starts_with('['))
    for_each_element(cuts, [&](std::string_view cut) {
      if (unquote(member(cut, "epoch")) == hub_.log.epoch())
        cut_replays_[number(member(cut, "n"), 0)] = {number(member(cut, "head"), 0),
                                                     number(member(cut, "index"), 0)};
    });
  if (auto sessions = member(payload, "sessions"); sessions.starts_with('['))
    for_each_element(sessions, [&](std::string_view known) { reattach(known, shown); });
  // What it shows of sessions that are gone, or that was settled meanwhile, is withdrawn.
  for (const auto& [id, a] : attached_)
    for (const auto& [row, text] : a.shown)
      shown.erase(text);
  for (const std::string& id : shown)
    emit(bridge_frame::withdraw, 0, 0, 0,
         core::notification_line("$/cancel_request",
                                 R"({"requestId":)" + protocol::quoted(id) + "}") +
             "\n");
  spdlog::info("client={} pid={} agent={} {}", author_, peer_, agent_.empty() ? "any" : agent_,
               resumed_ ? "is back" : "connected");
  pump();
}

void link::reattach(std::string_view known, const std::set<std::string>& shown) {
  session_host* host = hub_.find(unquote(member(known, "sessionId")));
  if (!host) return; // deleted meanwhile
  const std::string epoch = unquote(member(known, "epoch"));
  const std::uint64_t seen = number(member(known, "seq"), 0), head = host->log.committed;
  const bool good = !refused_cursor(*host, epoch, seen + 1).has_value();
  attachment& a = attach(*host, good ? seen : head);
  for (const auto& [row, q] : host->core.questions()) {
    const std::string id = question_id(q);
    if (shown.contains(id)) a.shown[row] = id;
  }
  if (good) return;
  if (epoch != hub_.log.epoch()) { // before a reboot, perhaps: known there up to some head
    a.folding = true;              // nothing goes out until that is clear
    hub_.pool.read([epoch, session = host->core.data().id](
                       store::reader& db) { return db.head_in_epoch(epoch, session); },
                   [self = shared_from_this(), session = host->core.data().id,
                    seen](std::optional<std::uint64_t> then) {
                     session_host* there = self->hub_.find(session);
                     if (!there || !self->attached(*there)) return;
                     attachment& now = self->attached_[session];
                     now.folding = false;
                     if (then && seen <= *then)
                       now.cursor = seen;
                     else
                       self->say_lost(*there, now);
                     self->pump();
                   });
    return;
  }
  say_lost(*host, a);
}

void link::say_lost(session_host& host, attachment& a) {
  emit(bridge_frame::data, a.slot, 0, 0,
       message_for(
           host, version_,
           "acpd: where this editor was in the conversation is not known here (another state "
           "folder, or a restored copy); it goes on from now. Load the session to see all of it.") +
           "\n");
}

void link::session_gone(session_host& host) {
  auto at = attached_.find(host.core.data().id);
  if (at == attached_.end()) return;
  if (mode_ == mode::framed) emit(bridge_frame::unslot, at->second.slot, 0, 0, {});
  host.log.unfollow(*this, version_);
  attached_.erase(at);
  pump();
}

void link::goodbye(bool stop) {
  if (closed_) return;
  if (mode_ == mode::framed)
    emit(bridge_frame::bye, 0, 0, 0, stop ? R"({"stop":true})" : R"({"stop":false})");
  closing_ = true;
  pump();
}

} // namespace acpd::net
