#include "protocol/errors.h"
#include "protocol/splice.h"
#include "server/core/lines.h"
#include "server/net/agent_facts.h"
#include "server/net/agent_link.h"
#include "server/net/control.h"
#include "server/net/hub.h"
#include "server/net/link.h"
#include "server/net/rows.h"
#include "server/wire/known_agents.h"

#include <filesystem>

namespace acpd::net {

using namespace protocol;

void link::on_request(const incoming& r) {
  const std::string_view method = r.e.method.in(r.line);
  open_requests_[r.raw_id] = r.key;
  if (method == "initialize") return initialize(r);
  if (!initialised_) return reply_error(r, invalid_request, "the first request must be initialize");
  if (method == "authenticate" || method == "logout") return authenticate(r);
  if (method == "session/new") return new_session(r);
  if (method == "session/list") return list(r);
  if (method.starts_with("_acpd/")) return control(hub_, *this).on_request(r);
  const bool extension = method.starts_with("_");
  if (extension && !r.e.session_id) {
    session_host* latest = hub_.find(latest_session_);
    return latest ? pass_on(r, *latest)
                  : reply_error(r, method_not_found,
                                "no session is open that could take " + std::string(method));
  }
  static constexpr std::string_view known[] = {
      "session/load",   "session/resume",   "session/prompt",           "session/close",
      "session/delete", "session/set_mode", "session/set_config_option"};
  if (!extension && std::ranges::find(known, method) == std::end(known))
    return reply_error(r, method_not_found, "unknown method " + std::string(method));
  session_host* host = session_of(r);
  if (!host) return;
  if (method == "session/load") return load(r, *host);
  if (method == "session/resume") return resume(r, *host);
  if (method == "session/prompt") return prompt(r, *host);
  if (method == "session/close") return close_session(r, *host);
  if (method == "session/delete") return delete_session(r, *host);
  pass_on(r, *host);
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

// ---- initialize and the agent behind it

protocol::result<wire::agent_config> link::agent_for(const incoming& r) const {
  std::string name = agent_;
  if (const std::string named =
          unquote(member(r.e.params_meta ? r.e.params_meta.in(r.line) : "", "acpd/agent"));
      !named.empty()) {
    if (!agent_.empty() && named != agent_)
      return std::unexpected(
          failure{invalid_params, "this connection was opened for the agent \"" + agent_ + "\""});
    name = named;
  }
  return wire::find_agent(hub_.config, name.empty() ? hub_.config.default_agent : name);
}

void link::take_abilities(std::string_view params) {
  const std::string_view caps = member(params, "clientCapabilities");
  const auto has = [](std::string_view object, std::string_view name) {
    return member(object, name).starts_with('{');
  };
  abilities_.notices = has(member(caps, "session"), "notices");
  abilities_.compaction = has(member(caps, "session"), "compaction");
  abilities_.form = has(member(caps, "elicitation"), "form");
  abilities_.url = has(member(caps, "elicitation"), "url");
  abilities_.read_file = member(member(caps, "fs"), "readTextFile") == "true";
  abilities_.write_file = member(member(caps, "fs"), "writeTextFile") == "true";
  abilities_.terminal_login = member(member(caps, "auth"), "terminal") == "true";
  abilities_.names_servers = unquote(member(member(params, "clientInfo"), "name")) != "acpctl";
  initialised_ = true;
}

void link::initialize(const incoming& r) {
  if (initialised_)
    return reply_error(r, invalid_request, "this connection is initialised already");
  const std::string_view version = r.param("protocolVersion");
  if (version.empty() || version.find_first_not_of("0123456789") != std::string_view::npos)
    return reply_error(r, invalid_params, "params.protocolVersion: expected a number");
  auto agent = agent_for(r);
  if (!agent)
    return reply_error(r, agent.error().code ? agent.error().code : internal_error,
                       agent.error().text);
  if (const agent_facts* known = hub_.facts(*agent)) {
    take_abilities(r.params());
    return reply_result(r, initialize_answer(known->initialize_result, abilities_.terminal_login,
                                             hub_.config.close_stops));
  }
  holding_ = true; // what the client sends meanwhile waits: it may not know yet that it is early
  auto started = probe(*agent);
  started->on_failed([self = shared_from_this(), k = kept(r)](std::string text, std::string error) {
    self->probe_.reset();
    self->failed(k, text, error);
    self->holding_ = false;
    self->drain_inbox();
  });
  started->when_initialised([self = shared_from_this(), k = kept(r), agent = *agent, started] {
    started->on_failed([weak = std::weak_ptr(self)](std::string, std::string) {
      if (auto l = weak.lock()) l->probe_.reset();
    });
    self->hub_.learn(agent, started->handshake().initialize_result());
    self->take_abilities(k.params());
    self->reply_result(k, initialize_answer(started->handshake().initialize_result(),
                                            self->abilities_.terminal_login,
                                            self->hub_.config.close_stops));
    self->holding_ = false;
    self->drain_inbox();
  });
}

/// The process that becomes this connection's next session; started if there is none.
std::shared_ptr<agent_link> link::probe(const wire::agent_config& agent) {
  if (probe_ && probe_->usable() && probe_->agent_name() == agent.name) return probe_;
  if (probe_) probe_->stop();
  std::string cwd;
  for (const std::string& variable : env_)
    if (variable.starts_with("PWD=")) cwd = variable.substr(4);
  std::error_code ignored;
  if (cwd.empty() || !std::filesystem::is_directory(cwd, ignored)) cwd = "/";
  probe_ = hub_.start_probe(agent, env_, std::move(cwd));
  return probe_;
}

void link::authenticate(const incoming& r) {
  auto agent = agent_for(r);
  if (!agent) return reply_error(r, internal_error, agent.error().text);
  const std::string method(r.e.method.in(r.line));
  if (method == "authenticate" && !r.param("methodId").starts_with('"'))
    return reply_error(r, invalid_params, "params.methodId: expected a string");
  auto process = probe(*agent);
  process->on_failed([self = shared_from_this(), k = kept(r)](std::string text, std::string error) {
    self->probe_.reset();
    self->failed(k, text, error);
  });
  process->when_initialised(
      [self = shared_from_this(), k = kept(r), method, process, name = agent->name] {
        std::string params(k.params());
        if (k.e.params_meta) {
          const std::string clean = without_own_meta(k.line, k.e);
          if (auto e = scan(clean); e && e->params) params = e->params.in(clean);
        }
        process->request(method, params,
                         [self, k, method, params, name, weak = std::weak_ptr(process)](
                             std::string_view result, std::string_view error) {
                           if (auto p = weak.lock()) p->on_failed(nullptr);
                           if (result.empty()) return self->failed(k, "", error);
                           const std::string owner = "auth:" + name;
                           if (method == "authenticate")
                             self->hub_.log.put(store::put_secret{owner, params});
                           else
                             self->hub_.log.put(store::erase_secrets{owner});
                           self->hub_.log.make_durable();
                           self->hub_.log.after_commit([self, k, result = std::string(result)] {
                             self->reply_result(k, result);
                           });
                           self->hub_.log.flush();
                         });
      });
}

void link::failed(const kept& r, std::string_view text, std::string_view error) {
  if (closed_) return;
  if (error.empty()) return reply_error(r, internal_error, text);
  answer(r.raw_id, r.n, core::error_line("null", error));
}

// ---- session/new

void link::new_session(const incoming& r) {
  const std::string cwd = unquote(r.param("cwd"));
  if (!cwd.starts_with('/'))
    return reply_error(r, invalid_params, "params.cwd: expected an absolute path");
  if (!r.param("mcpServers").starts_with('['))
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
  auto agent = agent_for(r);
  if (!agent)
    return hub_.answer(r.key, core::error_line("null", internal_error, agent.error().text));
  auto process = probe(*agent);
  probe_.reset();
  process->on_failed([self = shared_from_this(), r](std::string text, std::string error) {
    self->hub_.answer(r.key, error.empty() ? core::error_line("null", internal_error, text)
                                           : core::error_line("null", error));
  });
  core::opening what;
  what.cwd = r.param("cwd");
  if (r.param("additionalDirectories").starts_with('['))
    what.additional_dirs = r.param("additionalDirectories");
  what.mcp_servers = r.param("mcpServers");
  process->open(std::move(what), [self = shared_from_this(), r, process] {
    if (process->handshake().now() == core::handshake::state::ready)
      return self->created(r, process);
    // Refused, for want of a login perhaps: the process waits for another try of this connection.
    process->reopen();
    process->on_failed(nullptr);
    if (self->closed_)
      process->stop();
    else
      self->probe_ = process;
    self->hub_.answer(r.key, core::error_line("null", process->handshake().error()));
  });
}

void link::created(const kept& r, const std::shared_ptr<agent_link>& agent) {
  if (closed_ && !hub_.is_awaited(r.key)) return agent->stop();
  core::session_seed seed;
  seed.id = hub_.next_session++;
  seed.sid = "acpd-" + random_hex(20);
  seed.agent = agent->agent_name();
  seed.cwd = unquote(r.param("cwd"));
  if (r.param("additionalDirectories").starts_with('['))
    seed.additional_dirs = r.param("additionalDirectories");
  session_host& host = hub_.add(std::move(seed));
  host.created_ms = host.updated_ms = host.last_at_ms = hub_.now_ms();
  hub_.keep_environment(host.core.data().id, env_);
  if (r.param("mcpServers") != "[]")
    hub_.log.put(store::put_secret{"session:" + std::to_string(host.core.data().id),
                                   std::string(r.param("mcpServers"))});
  host.agent = agent;
  hub_.log.put(session_row_of(host));
  host.core.bind(agent->id(), agent->next_n());
  agent->serve(host);
  agent->became_ready();
  const std::string result = R"({"sessionId":)" + std::string(host.core.quoted_sid()) + "," +
                             attach_result(host, 0).substr(1);
  const std::string line = core::result_line("null", result);
  if (r.keyed)
    hub_.log.put(
        store::key_row{r.key, r.hash, host.core.data().id, 0, 0, true, line, hub_.now_ms()});
  hub_.log.make_durable();
  spdlog::info("session={} agent={} cwd={} created", host.core.data().sid, agent->agent_name(),
               host.core.data().cwd);
  hub_.log.after_commit([&h = hub_, id = host.core.data().id, key = r.key, line] {
    if (session_host* there = h.find(id)) h.attach_waiters(key, *there);
    h.answer(key, line);
  });
  hub_.log.flush();
}

// ---- the rest

void link::list(const incoming& r) {
  const std::string_view cwd = r.param("cwd"), cursor = r.param("cursor");
  if (!cwd.empty() && cwd != "null" && !cwd.starts_with('"'))
    return reply_error(r, invalid_params, "params.cwd: expected a string");
  reply_result_or_error(r, control(hub_, *this).list(agent_, unquote(cwd), unquote(cursor)));
}

void link::reply_result_or_error(const incoming& r, const protocol::result<std::string>& what) {
  if (what) return reply_result(r, *what);
  reply_error(r, what.error().code, what.error().text);
}

void link::prompt(const incoming& r, session_host& host) {
  bool blocks = false;
  if (r.param("prompt").starts_with('['))
    for_each_element(r.param("prompt"),
                     [&](std::string_view block) { blocks = block.starts_with('{'); });
  if (!blocks)
    return reply_error(r, invalid_params,
                       "params.prompt: expected an array with at least one content block");
  if (!hub_.trouble.empty()) return reply_error(r, internal_error, hub_.trouble);
  if (!attached(host)) attach(host, host.log.committed);
  const std::int64_t turn = hub_.next_turn++;
  waiting_turns_.emplace(turn, waiting_turn{host.core.data().id, r.raw_id, r.n});
  latest_session_ = host.core.data().id;
  hub_.step(host, core::prompt_in{r.line, r.e, author_, r.key, r.keyed, r.hash, turn});
  hub_.log.after_commit([self = shared_from_this(), n = r.n] { self->ack(n); });
}

void link::pass_on(const incoming& r, session_host& host) {
  if (!attached(host)) attach(host, host.log.committed);
  hub_.wait_for(r.key, {weak_from_this(), r.raw_id, r.n});
  hub_.step(host, core::request_in{r.line, r.e, r.key, r.keyed});
}

void link::close_session(const incoming& r, session_host& host) {
  if (hub_.config.close_stops) {
    hub_.step(host, core::close_in{});
  } else if (auto at = attached_.find(host.core.data().id); at != attached_.end()) {
    // A tab was closed: the session goes on, and a prompt that is still open here is answered when
    // it ends.
    const bool waits = std::ranges::any_of(
        waiting_turns_, [&](const auto& w) { return w.second.session == at->first; });
    if (!waits) {
      std::erase(host.log.followers, this);
      attached_.erase(at);
    }
  }
  hub_.log.after_commit([self = shared_from_this(), k = kept(r)] { self->reply_result(k, "{}"); });
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
