#include "protocol/acp_v2.h"
#include "protocol/convert.h"
#include "protocol/errors.h"
#include "protocol/splice.h"
#include "server/core/lines.h"
#include "server/net/agent_facts.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/index_service.h"
#include "server/net/link.h"
#include "server/wire/known_agents.h"

#include <charconv>
#include <filesystem>
#include <spdlog/spdlog.h>

namespace acpd::net {

using namespace protocol;
using wire::bridge_frame;

protocol::result<wire::agent_config> link::agent_for(const incoming& r) const {
  std::string name = agent_;
  std::string_view raw = member(r.e.params_meta ? r.e.params_meta.in(r.line) : "", "acpd/agent");
  if (r.e.method.in(r.line).starts_with("_acpd/import") && raw.empty()) raw = r.param("agent");
  if (const std::string named = unquote(raw); !named.empty()) {
    if (!agent_.empty() && named != agent_)
      return std::unexpected(
          failure{invalid_params, "this connection was opened for the agent \"" + agent_ + "\""});
    name = named;
  }
  return wire::find_agent(hub_.config, name.empty() ? hub_.config.default_agent : name);
}

namespace {

/// What a client asks for in its capabilities' _meta.acpd. `heartbeat`: true, or milliseconds.
wants wants_of(std::string_view own) {
  wants w;
  w.watch = member(own, "watch") == "true";
  w.state = member(own, "state") == "true";
  const std::string_view beat = member(own, "heartbeat");
  std::int64_t ms = beat == "true" ? 15'000 : 0;
  std::from_chars(beat.data(), beat.data() + beat.size(), ms);
  w.heartbeat = std::chrono::milliseconds(std::max<std::int64_t>(ms, 0));
  return w;
}

} // namespace

std::optional<acp_version> version_for(std::string_view requested, bool v2_is_on) {
  if (requested.find_first_not_of('0') == std::string_view::npos) return std::nullopt;
  return v2_is_on && requested != "1" ? acp_version::v2 : acp_version::v1;
}

void link::take_abilities(std::string_view params) {
  version_ =
      version_for(member(params, "protocolVersion"), hub_.config.acp_v2).value_or(acp_version::v1);
  const std::string_view caps = member(params, v2() ? "capabilities" : "clientCapabilities");
  const std::string_view who = member(params, v2() ? "info" : "clientInfo");
  const auto has = [](std::string_view object, std::string_view name) {
    return member(object, name).starts_with('{');
  };
  // What v1 has a capability for, and v2 has for everybody.
  abilities_.notices = v2() || has(member(caps, "session"), "notices");
  abilities_.compaction = v2() || has(member(caps, "session"), "compaction");
  abilities_.boolean_options =
      v2() || has(member(member(caps, "session"), "configOptions"), "boolean");
  abilities_.form = has(member(caps, "elicitation"), "form");
  abilities_.url = has(member(caps, "elicitation"), "url");
  abilities_.read_file = !v2() && member(member(caps, "fs"), "readTextFile") == "true";
  abilities_.write_file = !v2() && member(member(caps, "fs"), "writeTextFile") == "true";
  const std::string_view terminal = member(member(caps, "auth"), "terminal");
  abilities_.terminal_login = v2() ? terminal.starts_with('{') : terminal == "true";
  card_.name = unquote(member(who, "name"));
  card_.version = unquote(member(who, "version"));
  abilities_.names_servers = card_.name != "acpctl";
  initialised_ = true;
  const std::string_view own = member(member(caps, "_meta"), "acpd");
  hub_.watching.add(*this, wants_of(own), true);
  if (member(own, "index") == "true") hub_.index->tell_of_progress(*this);
}

void link::initialize(const incoming& r) {
  if (initialised_ && (!v2() || asked_)) // v2's may come again before anything else
    return reply_error(r, invalid_request, "this connection is initialised already");
  const std::string_view version = r.param("protocolVersion");
  if (version.empty() || version.find_first_not_of("0123456789") != std::string_view::npos)
    return reply_error(r, invalid_params, "params.protocolVersion: expected a number");
  const auto chosen = version_for(version, hub_.config.acp_v2);
  if (!chosen || (initialised_ && *chosen != version_)) {
    std::string line;
    v2::unsupported_version(line, "null", version,
                            initialised_         ? "[2]"
                            : hub_.config.acp_v2 ? "[1,2]"
                                                 : "[1]");
    return answer(r.raw_id, r.n, line);
  }
  auto agent = agent_for(r);
  if (!agent)
    return reply_error(r, agent.error().code ? agent.error().code : internal_error,
                       agent.error().text);
  holding_ = true; // what the client sends meanwhile waits: it may not know yet that it is early
  hub_.facts(*agent, [self = shared_from_this(), k = kept(r),
                      agent = *agent](const std::optional<std::string>& known) {
    if (self->closed_) return;
    if (known) return self->initialised(k, *known);
    self->ask_agent(k, agent);
  });
}

/// Nothing is known of this agent yet: it is started, and becomes this connection's first session.
void link::ask_agent(const kept& r, const wire::agent_config& agent) {
  auto started = probe(agent);
  started->on_failed([self = shared_from_this(), r](std::string text, std::string error) {
    self->probe_.reset();
    self->failed(r, text, error);
    self->holding_ = false;
    self->drain_inbox();
  });
  started->when_initialised([self = shared_from_this(), r, started] {
    started->on_failed([weak = std::weak_ptr(self)](std::string, std::string) {
      if (auto l = weak.lock()) l->probe_.reset();
    });
    self->initialised(r, started->handshake().initialize_result());
  });
}

void link::initialised(const kept& r, const std::string& agents_result) {
  take_abilities(r.params());
  reply_result(r, initialize_answer(agents_result, {version_, abilities_.terminal_login,
                                                    hub_.config.close_stops}));
  holding_ = false;
  drain_inbox();
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
  probe_->on_asked([weak = weak_from_this(), process = std::weak_ptr(probe_)](std::string_view line,
                                                                              const envelope& e) {
    const auto self = weak.lock();
    return self && self->ask_early(process, line, e);
  });
  return probe_;
}

void link::authenticate(const incoming& r) {
  auto agent = agent_for(r);
  if (!agent) return reply_error(r, internal_error, agent.error().text);
  const bool login = r.e.method.in(r.line) == (v2() ? "auth/login" : "authenticate");
  if (login && !r.param("methodId").starts_with('"'))
    return reply_error(r, invalid_params, "params.methodId: expected a string");
  auto process = probe(*agent);
  probe_asks_for_ = r.raw_id;
  process->on_failed([self = shared_from_this(), k = kept(r)](std::string text, std::string error) {
    self->probe_.reset();
    self->withdraw_early();
    self->failed(k, text, error);
  });
  process->when_initialised([self = shared_from_this(), k = kept(r), login, process,
                             name = agent->name] {
    std::string params(k.params());
    if (k.e.params_meta) {
      const std::string clean = without_own_meta(k.line, k.e);
      if (auto e = scan(clean); e && e->params) params = e->params.in(clean);
    }
    const auto words = core::login_method(process->version(), login ? "authenticate" : "logout");
    process->request(words, params,
                     [self, k, login, params, name, weak = std::weak_ptr(process)](
                         std::string_view result, std::string_view error) {
                       if (auto p = weak.lock()) p->on_failed(nullptr);
                       if (result.empty()) return self->failed(k, "", error);
                       const std::string owner = "auth:" + name;
                       if (login)
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

// ---- what the agent asks before there is a session

/// A question about a request of this editor, e.g. its authenticate. Shown and answered, in memory
/// only: such answers are secrets. False: this editor cannot be asked.
bool link::ask_early(const std::weak_ptr<agent_link>& process, std::string_view line,
                     const envelope& e) {
  const std::string_view params = e.params ? e.params.in(line) : std::string_view("{}");
  if (e.kind == shape::notification) {
    if (e.method.in(line) == "$/cancel_request") withdraw_early(member(params, "requestId"));
    return true;
  }
  const bool url = member(params, "mode") == R"("url")";
  if (closed_ || !initialised_ || e.method.in(line) != "elicitation/create" ||
      !(url ? abilities_.url : abilities_.form)) {
    spdlog::info("client={} cannot be asked {} before there is a session: cancelled", author_,
                 e.method.in(line));
    return false;
  }
  const std::string id = "acpd-early-" + random_hex(12);
  early_[id] = {process, std::string(e.id.in(line))};
  const auto agent = process.lock();
  std::string asked(line);
  if (agent && agent->version() != version_) {
    asked.clear();
    apply(asked, line, {{e.params, question_for(version_, "elicitation/create", params, {}, {})}});
  }
  const auto parts = scan(asked);
  if (!parts) return false;
  const span request = span_of(member(parts->params.in(asked), "requestId"), asked);
  std::string shown;
  apply(shown, asked, {{parts->id, protocol::quoted(id)}, {request, probe_asks_for_}});
  emit(bridge_frame::ask, 0, 0, 0, shown + "\n");
  pump();
  return true;
}

/// An editor's answer to one of these. False: it is none of them.
bool link::answer_early(const std::string& id, std::string_view line, const envelope& e) {
  const auto at = early_.find(id);
  if (at == early_.end()) return false;
  const early_question asked = std::move(at->second);
  early_.erase(at);
  const auto process = asked.process.lock();
  if (!process) return true;
  // An error, too, is no answer that approves anything.
  std::string result(e.result ? e.result.in(line) : std::string_view(R"({"action":"cancel"})"));
  if (process->version() != version_)
    result = answer_for(process->version(), "elicitation/create", result);
  process->reply(asked.raw_id, result);
  return true;
}

/// The agent no longer waits: for all, or for the one that it calls `raw_id`.
void link::withdraw_early(std::string_view raw_id) {
  for (auto at = early_.begin(); at != early_.end();) {
    if (!raw_id.empty() && at->second.raw_id != raw_id) {
      ++at;
      continue;
    }
    if (const auto process = at->second.process.lock(); process && !raw_id.empty())
      process->reply(at->second.raw_id, R"({"action":"cancel"})");
    emit(bridge_frame::withdraw, 0, 0, 0,
         core::notification_line("$/cancel_request",
                                 R"({"requestId":)" + protocol::quoted(at->first) + "}") +
             "\n");
    at = early_.erase(at);
  }
  pump();
}

/// The editor is gone: nobody will answer.
void link::cancel_early() {
  for (const auto& [id, asked] : std::exchange(early_, {}))
    if (const auto process = asked.process.lock()) {
      spdlog::info("client={} is gone before it answered {}: cancelled", author_, id);
      process->reply(asked.raw_id, R"({"action":"cancel"})");
    }
}

} // namespace acpd::net
