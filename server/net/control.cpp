#include "server/net/control.h"

#include "protocol/errors.h"
#include "protocol/splice.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"

#include <algorithm>
#include <charconv>

namespace acpd::net {

using namespace protocol;

namespace {
constexpr std::string_view prefix = "_acpd/";
} // namespace

std::span<const control::verb> control::verbs() {
  static constexpr verb all[] = {
      {"status", &control::daemon_status},
      {"ping", &control::ping},
      {"stop", &control::stop},
      {"watch", &control::watch},
      {"log", nullptr, &control::read_log},
      {"rename", nullptr, &control::rename},
      {"session/status", nullptr, &control::status},
      {"session/prompt", nullptr, &control::prompt},
      {"session/cancel", nullptr, &control::cancel},
      {"session/close", nullptr, &control::close},
      {"session/clients", nullptr, &control::clients},
      {"session/detach", nullptr, &control::detach},
      {"queue/list", nullptr, &control::queue},
      {"queue/edit", nullptr, &control::edit_queued},
      {"queue/remove", nullptr, &control::remove_queued},
      {"queue/now", nullptr, &control::run_now},
      {"pending/list", &control::pending},
      {"pending/answer", &control::answer},
      {"import/list", &control::list_import},
      {"import", &control::import},
      {"agents/list", &control::agents},
      {"agents/reload", &control::reload_agents},
      {"stream/resume", nullptr, &control::stream_resume},
      {"index/search", &control::ask_index},
      {"index/symbol", &control::ask_index},
      {"index/outline", &control::ask_index},
      {"index/related", &control::ask_index},
      {"index/repo_map", &control::ask_index},
      {"index/status", &control::index_status},
      {"index/add", &control::steer_index},
      {"index/rm", &control::steer_index},
      {"index/rebuild", &control::steer_index},
      {"token/new", &control::tokens},
      {"token/list", &control::tokens},
      {"token/revoke", &control::tokens},
  };
  return all;
}

std::string control::methods() {
  std::string out;
  for (const verb& v : verbs())
    out.append(out.empty() ? "\"" : ",\"").append(prefix).append(v.method).append("\"");
  return "[" + out + "]";
}

void control::on_request(const link::incoming& r) {
  const std::string_view method = r.e.method.in(r.line);
  const auto known = std::ranges::find(verbs(), method.substr(prefix.size()), &verb::method);
  if (known == verbs().end())
    return link_.reply_error(r, method_not_found, "unknown method " + std::string(method));
  if (known->daemon) return (this->*known->daemon)(r);
  if (session_host* host = link_.session_of(r)) (this->*known->session)(r, *host);
}

/// Answers when all that was decided here is committed.
void control::later(const link::incoming& r, std::string result) {
  hub_.log.after_commit([l = link_.shared_from_this(), k = link::kept(r),
                         result = std::move(result)] { l->reply_result(k, result); });
}

protocol::result<std::string> control::list(const filter& wanted) const {
  const auto& [agent, cwd, cursor, archived] = wanted;
  if (!archived.empty() && archived != "exclude" && archived != "include" && archived != "only")
    return std::unexpected(
        failure{invalid_params, "params.archived: expected exclude, include or only"});
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
    if (archived != "include" && host.archived != (archived == "only")) continue;
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

void control::daemon_status(const link::incoming& r) { link_.reply_result(r, hub_.status_json()); }

void control::status(const link::incoming& r, session_host& host) {
  std::string out = session_facts(hub_, host);
  out.back() = ','; // its members, then those of the list's item
  if (host.agent) out += R"("agentPid":)" + std::to_string(host.agent->hello().agent_pid) + ",";
  link_.reply_result(r, out + list_item(hub_, host).substr(1));
}

void control::ping(const link::incoming& r) {
  link_.reply_result(r, R"({"at":")" + iso_time(hub_.now_ms()) + R"(","uptimeMs":)" +
                            std::to_string(hub_.now_ms() - hub_.started_ms) + "}");
}

void control::cancel(const link::incoming& r, session_host& host) {
  const std::size_t turns = host.core.queue().size() + (host.core.running() ? 1 : 0);
  hub_.step(host, core::cancel_in{link_.author_, UINT64_MAX});
  later(r, R"({"cancelled":)" + std::to_string(turns) + "}");
}

void control::close(const link::incoming& r, session_host& host) {
  hub_.step(host, core::close_in{});
  later(r, "{}");
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

void control::stop(const link::incoming& r) {
  const bool agents = r.param("agents") == "true";
  link_.reply_result(r, "{}");
  asio::post(hub_.io, [&h = hub_, agents] { h.on_stop(agents, true); });
}

} // namespace acpd::net
