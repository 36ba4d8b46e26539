#include "protocol/acp_v1.h"
#include "protocol/convert.h"
#include "protocol/errors.h"
#include "server/core/lines.h"
#include "server/net/agent_link.h"
#include "server/net/control.h"
#include "server/net/hub.h"
#include "server/net/link.h"
#include "server/net/mcp_servers.h"
#include "server/net/rows.h"
#include "server/wire/known_agents.h"
#include "server/wire/quirks.h"

#include <filesystem>

namespace acpd::net {

using namespace protocol;

bool is_prompt(std::string_view raw) {
  std::size_t blocks = 0;
  bool all = raw.starts_with('[');
  if (all)
    for_each_element(raw, [&](std::string_view block) {
      ++blocks;
      all = all && block.starts_with('{');
    });
  return all && blocks > 0;
}

protocol::result<std::string> title_in(std::string_view raw) {
  constexpr std::size_t longest = 500;
  constexpr std::string_view blank = " \t\r\n";
  std::string title = unquote(raw);
  title.erase(0, title.find_first_not_of(blank));
  title.erase(title.find_last_not_of(blank) + 1);
  if (title.empty() || title.size() > longest)
    return std::unexpected(
        failure{invalid_params, "params.title: expected 1 to 500 bytes of text"});
  return title;
}

/// A method of editors: who has it, and what does it.
struct link::method {
  std::string_view name;
  bool v1, v2;
  void (link::*of_link)(const incoming&) = nullptr;
  void (link::*of_session)(const incoming&, session_host&) = nullptr; // params.sessionId says which
};

std::span<const link::method> link::methods() {
  static constexpr method all[] = {
      {"authenticate", true, false, &link::authenticate},
      {"logout", true, false, &link::authenticate},
      {"auth/login", false, true, &link::authenticate},
      {"auth/logout", false, true, &link::authenticate},
      {"session/new", true, true, &link::new_session},
      {"session/fork", true, true, &link::fork},
      {"session/list", true, true, &link::list},
      {"session/load", true, false, nullptr, &link::load},
      {"session/resume", true, true, nullptr, &link::resume},
      {"session/prompt", true, true, nullptr, &link::prompt},
      {"session/close", true, true, &link::close},
      {"session/delete", true, true, nullptr, &link::delete_session},
      {"session/set_mode", true, false, nullptr, &link::pass_on},
      {"session/set_config_option", true, true, nullptr, &link::pass_on},
      {"session/status", true, true, nullptr, &link::status},
      {"session/set_title", true, true, nullptr, &link::set_title},
      {"session/archive", true, true, nullptr, &link::archive},
      {"session/unarchive", true, true, nullptr, &link::unarchive},
      {"tool_call/cancel", false, true, nullptr, &link::pass_on},
      {"terminal/cancel", false, true, nullptr, &link::cancel_terminal},
  };
  return all;
}

/// v1 has null, too.
static bool is_v2_id(std::string_view raw) {
  return raw.starts_with('"') || raw.find_first_not_of("-0123456789") == std::string_view::npos;
}

void link::on_request(const incoming& r) {
  const std::string_view method = r.e.method.in(r.line);
  open_requests_[r.raw_id] = {r.key, std::string(method)};
  if (method == "initialize") return initialize(r);
  if (!initialised_) return reply_error(r, invalid_request, "the first request must be initialize");
  asked_ = true;
  if (v2() && !is_v2_id(r.raw_id))
    return reply_error(r, invalid_request, "in ACP v2 an id is a string or an integer");
  if (method.starts_with("_acpd/")) return control(hub_, *this).on_request(r);
  if (method.starts_with("_")) {
    session_host* host = r.e.session_id ? session_of(r) : hub_.find(latest_session_);
    if (host) return pass_on(r, *host);
    if (r.e.session_id) return; // answered
    return reply_error(r, method_not_found,
                       "no session is open that could take " + std::string(method));
  }
  const auto known = std::ranges::find(methods(), method, &method::name);
  if (known == methods().end() || !(v2() ? known->v2 : known->v1))
    return reply_error(r, method_not_found, "unknown method " + std::string(method));
  if (known->of_link) return (this->*known->of_link)(r);
  if (session_host* host = session_of(r)) (this->*known->of_session)(r, *host);
}

session_host* link::session_of(const incoming& r) {
  if (!r.e.session_id) {
    reply_error(r, invalid_params, "params.sessionId: expected a string");
    return nullptr;
  }
  const std::string_view raw = r.e.session_id.in(r.line);
  session_host* host = hub_.find(unquote(raw));
  if (!host) {
    reply_error(r, not_found, "no session " + unquote(raw) + "; acpctl ls shows those that exist",
                R"({"sessionId":)" + std::string(raw) + "}");
    return nullptr;
  }
  if (!agent_.empty() && host->core.data().agent != agent_) {
    reply_error(r, invalid_params,
                "session " + unquote(raw) + " belongs to the agent \"" + host->core.data().agent +
                    "\"; this connection was opened for \"" + agent_ + "\"");
    return nullptr;
  }
  return host;
}

// ---- session/new

void link::new_session(const incoming& r) {
  const std::string cwd = unquote(r.param("cwd"));
  if (!cwd.starts_with('/'))
    return reply_error(r, invalid_params, "params.cwd: expected an absolute path");
  const bool imports = r.e.method.in(r.line) == "_acpd/import"; // there it may be left out
  const bool needs_servers = !v2() && !imports && !is_fork(r);
  if (!r.param("mcpServers").starts_with('[') && (needs_servers || !r.param("mcpServers").empty()))
    return reply_error(r, invalid_params, "params.mcpServers: expected an array (it may be empty)");
  if (const auto dirs = r.param("additionalDirectories");
      !dirs.empty() && dirs != "null" && !dirs.starts_with('['))
    return reply_error(r, invalid_params,
                       "params.additionalDirectories: expected an array of absolute paths");
  if (!hub_.trouble.empty()) return reply_error(r, internal_error, hub_.trouble);
  hub_.wait_for(r.key, {weak_from_this(), r.raw_id, r.n});
  hub_.pool.block(
      [cwd] {
        std::error_code ec;
        return std::filesystem::is_directory(cwd, ec);
      },
      [self = shared_from_this(), k = kept(r), cwd](bool there) {
        if (there) return self->open_session(k);
        self->hub_.answer(k.key,
                          core::error_line("null", invalid_params, "params.cwd: no folder " + cwd));
      });
}

void link::open_session(const kept& r) {
  const session_host* from = parent_of(r);
  auto agent = from ? wire::find_agent(hub_.config, from->core.data().agent) : agent_for(r);
  if (!agent)
    return hub_.answer(r.key, core::error_line("null", internal_error, agent.error().text));
  auto process = probe(*agent);
  probe_.reset();
  probe_asks_for_ = r.raw_id;
  process->on_failed([self = shared_from_this(), r](std::string text, std::string error) {
    self->withdraw_early();
    self->hub_.answer(r.key, error.empty() ? core::error_line("null", internal_error, text)
                                           : core::error_line("null", error));
  });
  core::opening what;
  what.cwd = r.param("cwd");
  if (r.param("additionalDirectories").starts_with('['))
    what.additional_dirs = r.param("additionalDirectories");
  what.mcp_servers = r.param("mcpServers");
  if (what.mcp_servers.empty()) what.mcp_servers = "[]";
  what.resume_refused = wire::refuses_resume(agent->name);
  if (r.e.method.in(r.line) == "_acpd/import") {
    what.agent_sid = r.param("agentSessionId");
    what.importing = true;
  }
  if (const session_host* parent = parent_of(r)) what.fork_of = parent->core.data().agent_sid;
  process->when_initialised(
      [self = shared_from_this(), r, process, what = std::move(what)]() mutable {
        self->open_with(r, process, std::move(what));
      });
}

/// The agent has said what it can do.
void link::open_with(const kept& r, const std::shared_ptr<agent_link>& process,
                     core::opening what) {
  if (const auto fit = can_take(r.param("mcpServers"), process->handshake().initialize_result(),
                                process->agent_name(), version_);
      !fit) {
    keep_probe(process);
    return hub_.answer(r.key, core::error_line("null", fit.error().code, fit.error().text));
  }
  process->open(std::move(what), [self = shared_from_this(), r, process] {
    if (process->handshake().now() == core::handshake::state::ready)
      return self->created(r, process);
    // Refused, for want of a login perhaps: the process waits for another try of this connection.
    const std::string why = process->handshake().error();
    process->reopen();
    self->keep_probe(process);
    self->hub_.answer(r.key, core::error_line("null", why));
  });
}

/// It waits for another try of this connection.
void link::keep_probe(const std::shared_ptr<agent_link>& process) {
  process->on_failed(nullptr);
  if (closed_)
    process->stop();
  else
    probe_ = process;
}

void link::created(const kept& r, const std::shared_ptr<agent_link>& agent) {
  if (closed_ && !hub_.is_awaited(r.key)) return agent->stop();
  if (is_fork(r) && !parent_of(r)) { // deleted meanwhile
    agent->stop();
    return hub_.answer(r.key, core::error_line("null", not_found, "the session was deleted"));
  }
  session_host& host = hub_.add(seed_for(r, agent->agent_name()));
  const std::uint64_t head = host.core.data().head; // not 0: a fork's
  if (const session_host* parent = parent_of(r))
    hub_.log.put(store::copy_log{parent->core.data().id, host.core.data().id, head});
  if (has_own_server(r.param("mcpServers"))) host.servers_of = author_;
  host.created_ms = host.updated_ms = host.last_at_ms = hub_.now_ms();
  hub_.keep_environment(host.core.data().id, env_);
  if (const auto servers = r.param("mcpServers"); servers.starts_with('[') && servers != "[]")
    hub_.log.put(store::put_secret{"session:" + std::to_string(host.core.data().id),
                                   std::string(r.param("mcpServers"))});
  host.agent = agent;
  hub_.log.put(session_row_of(host));
  host.core.bind(agent->id(), agent->next_n());
  agent->serve(host);
  agent->became_ready();
  const std::string result = R"({"sessionId":)" + std::string(host.core.quoted_sid()) + "," +
                             attach_result(host, head).substr(1);
  const std::string line = core::result_line("null", result);
  if (r.keyed)
    hub_.log.put(
        store::key_row{r.key, r.hash, host.core.data().id, 0, 0, true, line, hub_.now_ms()});
  hub_.log.make_durable();
  spdlog::info("session={} agent={} cwd={} created", host.core.data().sid, agent->agent_name(),
               host.core.data().cwd);
  hub_.log.after_commit([&h = hub_, id = host.core.data().id, key = r.key, head, line] {
    if (session_host* there = h.find(id)) h.attach_waiters(key, *there, head);
    h.answer(key, line);
  });
  hub_.log.flush();
}

// ---- the rest

void link::list(const incoming& r) {
  const std::string_view cwd = r.param("cwd"), cursor = r.param("cursor");
  if (!cwd.empty() && cwd != "null" && !cwd.starts_with('"'))
    return reply_error(r, invalid_params, "params.cwd: expected a string");
  const std::string_view archived = r.param("archived");
  if (!archived.empty() && archived != "null" && !archived.starts_with('"'))
    return reply_error(r, invalid_params, "params.archived: expected exclude, include or only");
  reply_result_or_error(
      r, control(hub_, *this).list({agent_, unquote(cwd), unquote(cursor), unquote(archived)}));
}

void link::reply_result_or_error(const incoming& r, const protocol::result<std::string>& what) {
  if (what) return reply_result(r, *what);
  reply_error(r, what.error().code, what.error().text);
}

void link::prompt(const incoming& r, session_host& host) {
  if (!is_prompt(r.param("prompt")))
    return reply_error(r, invalid_params,
                       "params.prompt: expected an array with at least one content block");
  if (const acp_version agent = host.core.data().version; agent != version_) {
    const auto fits = request_for(agent, "session/prompt", r.params(), facts_of(host.core.data()));
    if (!fits) return reply_error(r, fits.error().code, fits.error().text);
  }
  if (!hub_.trouble.empty()) return reply_error(r, internal_error, hub_.trouble);
  if (!attached(host)) attach(host, host.log.committed);
  const std::int64_t turn = hub_.next_turn++;
  waiting_turns_.emplace(turn, waiting_turn{host.core.data().id, r.raw_id, r.n});
  latest_session_ = host.core.data().id;
  hub_.step(host, core::prompt_in{r.line, r.e, author_, r.key, r.keyed, r.hash, turn});
  hub_.log.after_commit([self = shared_from_this(), n = r.n] { self->ack(n); });
}

/// To the agent, in its words; the answer comes back in them.
void link::pass_on(const incoming& r, session_host& host) {
  const core::session_seed& s = host.core.data();
  std::string line(r.line);
  if (s.version != version_) {
    const auto words =
        request_for(s.version, r.e.method.in(r.line), r.params(), facts_of(host.core.data()));
    if (!words) return reply_error(r, words.error().code, words.error().text);
    line.clear();
    v1::request(line, r.raw_id, words->method, words->params);
  }
  const auto e = scan(line, {hub_.config.max_depth, hub_.config.max_line_bytes});
  if (!e) return reply_error(r, e.error().code, e.error().text);
  if (!attached(host)) attach(host, host.log.committed);
  note_agents_words(r, host);
  hub_.wait_for(r.key, {weak_from_this(), r.raw_id, r.n});
  hub_.step(host, core::request_in{line, *e, r.key, r.keyed});
}

void link::close(const incoming& r) {
  if (v2()) return close_v2(r);
  session_host* host = session_of(r);
  if (!host) return;
  if (hub_.config.close_stops) {
    hub_.step(*host, core::close_in{});
  } else {
    leave(*host); // a tab was closed: the session goes on
  }
  hub_.log.after_commit([self = shared_from_this(), k = kept(r)] { self->reply_result(k, "{}"); });
}

/// No longer shows the session. A prompt that is still open here is answered when it ends, so till
/// then it stays attached.
void link::leave(session_host& host) {
  const auto at = attached_.find(host.core.data().id);
  if (at == attached_.end()) return;
  const bool waits = std::ranges::any_of(
      waiting_turns_, [&](const auto& w) { return w.second.session == at->first; });
  if (waits) return;
  if (mode_ == mode::framed) emit(wire::bridge_frame::unslot, at->second.slot, 0, 0, {});
  host.log.unfollow(*this, version_);
  attached_.erase(at);
}

void link::delete_session(const incoming& r, session_host& host) {
  spdlog::info("session={} deleted", host.core.data().sid);
  if (r.keyed)
    hub_.log.put(store::key_row{r.key, r.hash, host.core.data().id, 0, 0, true,
                                core::result_line("null", "{}"), hub_.now_ms()});
  hub_.step(host, core::delete_in{});
  hub_.log.after_commit([self = shared_from_this(), k = kept(r)] { self->reply_result(k, "{}"); });
}

} // namespace acpd::net
