#include "server/net/control.h"

#include "protocol/errors.h"
#include "protocol/splice.h"
#include "server/core/lines.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/rows.h"

#include <charconv>

namespace acpd::net {

using namespace protocol;

namespace {

std::int64_t number(std::string_view raw, std::int64_t otherwise) {
  std::int64_t n = otherwise;
  std::from_chars(raw.data(), raw.data() + raw.size(), n);
  return n;
}

std::string_view state_of(const session_host& host) {
  if (host.core.running()) return host.core.needs_person() ? "requires_action" : "running";
  if (!host.core.queue().empty()) return "running";
  return host.core.last_outcome() == "interrupted" || host.core.last_outcome() == "outcome_unknown"
             ? "interrupted"
             : "idle";
}

std::string list_item(const hub& h, const session_host& host) {
  const core::session_seed& s = host.core.data();
  std::string out = R"({"sessionId":)" + std::string(host.core.quoted_sid()) + R"(,"cwd":)" +
                    protocol::quoted(s.cwd);
  if (!s.additional_dirs.empty()) out += R"(,"additionalDirectories":)" + s.additional_dirs;
  if (!s.title.empty()) out += R"(,"title":)" + protocol::quoted(s.title);
  out += R"(,"updatedAt":")" + iso_time(host.updated_ms) + "\"";
  return out + R"(,"_meta":{"acpd":)" + session_facts(h, host) + "}}";
}

} // namespace

std::string session_facts(const hub& h, const session_host& host) {
  const core::session& c = host.core;
  std::size_t pending = 0;
  for (const auto& [id, q] : c.questions())
    pending +=
        q.kind == core::question_kind::permission || q.kind == core::question_kind::elicitation;
  std::string out = R"({"agent":)" + protocol::quoted(c.data().agent) + R"(,"state":")" +
                    std::string(state_of(host)) + R"(","turn":)" + std::to_string(c.data().turns) +
                    R"(,"queued":)" + std::to_string(c.queue().size()) + R"(,"pending":)" +
                    std::to_string(pending) + R"(,"head":)" + std::to_string(host.log.committed) +
                    R"(,"epoch":")" + h.log.epoch() + "\"";
  if (!c.progress().empty()) out.append(R"(,"progress":)").append(c.progress());
  if (!c.last_outcome().empty()) out += R"(,"outcome":)" + protocol::quoted(c.last_outcome());
  return out + "}";
}

protocol::result<std::string> control::list(std::string_view agent, std::string_view cwd,
                                            std::string_view cursor) const {
  std::int64_t below = INT64_MAX;
  if (!cursor.empty()) {
    auto [end, ec] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), below);
    if (ec != std::errc{} || end != cursor.data() + cursor.size() || below < 1)
      return std::unexpected(
          failure{invalid_params, "params.cursor: not one that session/list gave"});
  }
  std::string out = R"({"sessions":[)";
  std::size_t count = 0;
  std::int64_t last = 0;
  bool more = false;
  const auto& all = hub_.sessions();
  for (auto at = std::make_reverse_iterator(all.lower_bound(below)); at != all.rend(); ++at) {
    const session_host& host = *at->second;
    if (!agent.empty() && host.core.data().agent != agent) continue;
    if (!cwd.empty() && host.core.data().cwd != cwd) continue;
    if (count == hub_.config.page_size) {
      more = true;
      break;
    }
    if (count++) out += ',';
    out += list_item(hub_, host);
    last = at->first;
  }
  out += "]";
  if (more) out += R"(,"nextCursor":")" + std::to_string(last) + "\"";
  return out + "}";
}

void control::on_request(const link::incoming& r) {
  const std::string_view method = r.e.method.in(r.line);
  if (method == "_acpd/status") return link_.reply_result(r, hub_.status_json());
  if (method == "_acpd/pending/list") return pending(r);
  if (method == "_acpd/pending/answer") return answer(r);
  if (method == "_acpd/stop") return stop(r);
  static constexpr std::string_view of_sessions[] = {"_acpd/session/status", "_acpd/session/prompt",
                                                     "_acpd/session/cancel", "_acpd/session/close",
                                                     "_acpd/log"};
  if (std::ranges::find(of_sessions, method) == std::end(of_sessions))
    return link_.reply_error(r, method_not_found, "unknown method " + std::string(method));
  session_host* host = link_.session_of(r);
  if (!host) return;
  if (method == "_acpd/session/status") {
    std::string item = list_item(hub_, *host);
    if (host->agent)
      item.insert(1, R"("agentPid":)" + std::to_string(host->agent->hello().agent_pid) + ",");
    return link_.reply_result(r, item);
  }
  if (method == "_acpd/session/prompt") return prompt(r, *host);
  if (method == "_acpd/log") return read_log(r, *host);
  std::size_t turns = host->core.queue().size() + (host->core.running() ? 1 : 0);
  if (method == "_acpd/session/cancel")
    hub_.step(*host, core::cancel_in{link_.author_, UINT64_MAX});
  else
    hub_.step(*host, core::close_in{});
  const std::string result =
      method == "_acpd/session/cancel" ? R"({"cancelled":)" + std::to_string(turns) + "}" : "{}";
  hub_.log.after_commit(
      [l = link_.shared_from_this(), k = link::kept(r), result] { l->reply_result(k, result); });
}

void control::prompt(const link::incoming& r, session_host& host) {
  if (!r.param("prompt").starts_with("[{"))
    return link_.reply_error(r, invalid_params,
                             "params.prompt: expected an array with at least one content block");
  if (!hub_.trouble.empty()) return link_.reply_error(r, internal_error, hub_.trouble);
  const std::int64_t turn = hub_.next_turn++;
  std::string line; // as the agent is to get it
  apply(line, r.line, {{r.e.method, "session/prompt"}});
  hub_.step(host, core::prompt_in{line, *scan(line), link_.author_, r.key, false, r.hash, turn});
  hub_.log.after_commit([l = link_.shared_from_this(), k = link::kept(r), turn] {
    l->reply_result(k, R"({"turn":)" + std::to_string(turn) + "}");
  });
}

namespace {

/// Entries as _acpd/log gives them: what an editor would get, as one JSON value each.
std::string log_entries(store::reader& db, std::int64_t session, std::uint64_t from,
                        std::uint64_t to, std::size_t limit, const std::string& sid,
                        const std::string& epoch) {
  std::string out = "[";
  std::size_t count = 0;
  db.entries(session, from, to, [&](const store::entry& e) {
    if (count++) out += ',';
    out +=
        R"({"seq":)" + std::to_string(e.seq) + R"(,"at":")" + iso_time(e.at_ms) + R"(","kind":")";
    out.append(name_of(e.kind)).append(R"(","turn":)").append(std::to_string(e.turn));
    if (!e.bytes.empty()) {
      chunk one;
      append_entry(one, e, sid, epoch);
      while (!one.bytes.empty() && one.bytes.back() == '\n')
        one.bytes.pop_back();
      out.append(R"(,"frame":)").append(one.bytes);
    }
    out += '}';
    return count < limit && out.size() < (std::size_t{4} << 20);
  });
  return out + "]";
}

} // namespace

void control::read_log(const link::incoming& r, session_host& host) {
  const auto from =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, number(r.param("from"), 1)));
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(number(r.param("limit"), 1000), 1, 10'000));
  const std::int64_t wait = std::clamp<std::int64_t>(number(r.param("waitMs"), 0), 0, 30'000);
  const std::int64_t session = host.core.data().id;
  auto reply = [this_hub = &hub_, l = link_.shared_from_this(), k = link::kept(r), from, limit,
                session] {
    session_host* there = this_hub->find(session);
    if (!there) return l->reply_error(k, not_found, "the session was deleted");
    const std::uint64_t head = there->log.committed;
    this_hub->pool.read(
        [session, from, head, limit, sid = std::string(there->core.quoted_sid()),
         epoch = this_hub->log.epoch()](store::reader& db) {
          return R"({"epoch":")" + epoch + R"(","head":)" + std::to_string(head) +
                 R"(,"entries":)" + log_entries(db, session, from, head, limit, sid, epoch) + "}";
        },
        [l, k](std::string result) { l->reply_result(k, result); });
  };
  if (from <= host.log.committed || wait == 0) return reply();
  // Nothing there yet: looked at again every 100 ms, which costs a person's `log --follow` nothing.
  struct poll {
    asio::steady_timer timer;
    std::int64_t until;
  };
  auto p = std::make_shared<poll>(poll{asio::steady_timer(hub_.io), hub_.now_ms() + wait});
  auto again = std::make_shared<std::function<void()>>();
  *again = [this_hub = &hub_, p, reply, from, session, l = link_.shared_from_this(),
            weak = std::weak_ptr(again)] {
    session_host* there = this_hub->find(session);
    if (!l->open()) return;
    if (!there || from <= there->log.committed || this_hub->now_ms() >= p->until) return reply();
    p->timer.expires_after(std::chrono::milliseconds(100));
    p->timer.async_wait([keep = weak.lock()](error_code ec) {
      if (!ec && keep) (*keep)();
    });
  };
  (*again)();
}

void control::pending(const link::incoming& r) {
  const std::string only = unquote(r.param("sessionId"));
  std::string out = R"({"pending":[)";
  bool first = true;
  for (const auto& [id, host] : hub_.sessions()) {
    if (!only.empty() && host->core.data().sid != only) continue;
    for (const auto& [row, q] : host->core.questions()) {
      if (q.kind != core::question_kind::permission && q.kind != core::question_kind::elicitation)
        continue;
      auto e = scan(q.line);
      std::string line;
      apply(line, q.line, {{e->session_id, host->core.quoted_sid()}});
      auto shown = scan(line);
      if (!std::exchange(first, false)) out += ',';
      out += R"({"id":"acpd-)" + std::to_string(row) + "-" + q.nonce + R"(","sessionId":)" +
             std::string(host->core.quoted_sid()) + R"(,"method":)" + protocol::quoted(q.method) +
             R"(,"askedAt":")" + iso_time(q.asked_ms) + R"(","params":)";
      out.append(shown->params.in(line)).append("}");
    }
  }
  link_.reply_result(r, out + "]}");
}

void control::answer(const link::incoming& r) {
  const std::string id = unquote(r.param("id"));
  const std::string_view result = r.param("result");
  std::int64_t row = 0;
  if (id.starts_with("acpd-")) std::from_chars(id.data() + 5, id.data() + id.size(), row);
  if (result.empty())
    return link_.reply_error(r, invalid_params,
                             "params.result: expected the answer as the method has it");
  for (const auto& [session, host] : hub_.sessions()) {
    auto q = host->core.questions().find(row);
    if (q == host->core.questions().end() ||
        id != "acpd-" + std::to_string(row) + "-" + q->second.nonce)
      continue;
    hub_.step(*host, core::answer_in{row, result, {}});
    if (host->core.questions().contains(row))
      return link_.reply_error(r, invalid_params,
                               "this answer chooses none of the options that were offered");
    hub_.log.after_commit(
        [l = link_.shared_from_this(), k = link::kept(r)] { l->reply_result(k, "{}"); });
    return;
  }
  link_.reply_error(r, not_found,
                    "nothing is asked under " + id + ": it was settled, or never existed");
}

void control::stop(const link::incoming& r) {
  const bool agents = r.param("agents") == "true";
  link_.reply_result(r, "{}");
  asio::post(hub_.io, [&h = hub_, agents] { h.on_stop(agents, true); });
}

} // namespace acpd::net
