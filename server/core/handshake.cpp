#include "server/core/handshake.h"

#include "protocol/acp_v2.h"
#include "protocol/convert.h"
#include "protocol/errors.h"
#include "protocol/splice.h"

#include <utility>

namespace acpd::core {

using namespace protocol;

std::string_view client_capabilities(acp_version version) {
  if (version == acp_version::v2)
    return R"({"auth":{"terminal":{}},"elicitation":{"form":{},"url":{}}})";
  return R"({"fs":{"readTextFile":true,"writeTextFile":true},"terminal":true,)"
         R"("session":{"notices":{},"compaction":{},"configOptions":{"boolean":{}}},)"
         R"("auth":{"terminal":true},"elicitation":{"form":{},"url":{}}})";
}

std::string_view login_method(acp_version version, std::string_view method) {
  const bool out = method == "logout" || method == "auth/logout";
  if (version == acp_version::v2) return out ? "auth/logout" : "auth/login";
  return out ? "logout" : "authenticate";
}

handshake::request handshake::begin() {
  state_ = state::initializing;
  const std::string_view info = R"({"name":"acpd","version":")" ACPD_VERSION R"("})";
  std::string params;
  if (is_v2())
    v2::initialize_params(params, {.version = 2,
                                   .info = info,
                                   .capabilities = client_capabilities(version_),
                                   .auth_methods = {}});
  else
    params.append(R"({"protocolVersion":1,"clientInfo":)")
        .append(info)
        .append(R"(,"clientCapabilities":)")
        .append(client_capabilities(version_))
        .append("}");
  return {"initialize", params};
}

std::optional<handshake::request> handshake::open(opening what) {
  what_ = std::move(what);
  return state_ == state::idle ? ask_open() : std::nullopt;
}

std::optional<handshake::request> handshake::on_response(std::string_view result,
                                                         std::string_view error) {
  const bool ok = !result.empty();
  switch (step_) {
  case step::initialize: return on_initialized(result, error);
  case step::authenticate: // if it fails, session/new says what is needed
    authenticated_ = true;
    state_ = state::idle;
    return what_ ? ask_open() : std::nullopt;
  case step::fresh:
    if (!ok) return fail(error);
    agent_sid_ = member(result, "sessionId");
    if (!agent_sid_.starts_with('"'))
      return fail(internal_error, "the agent's answer to session/new has no sessionId");
    keep(result);
    return ask_choice();
  case step::resume:
    if (!ok && what_->importing) return fail(error);
    if (!ok) {
      step_ = step::load;
      return loads() ? with_session("session/load", true) : ask_fresh();
    }
    keep(result);
    return ask_choice();
  case step::load:
    if (what_->importing && !ok) return fail(error);
    // A load that replays nothing of a session that had turns has failed, whatever it answers.
    if (!ok || (what_->had_turns && replayed_ == 0)) return ask_fresh();
    keep(result);
    return ask_choice();
  case step::choose:
    if (!ok && lost_choice_.empty()) lost_choice_ = error;
    if (auto options = member(result, "configOptions"); ok && !options.empty())
      config_options_ = options;
    return ask_choice();
  }
  return std::nullopt;
}

/// The agent that was asked for v2 and has only v1 has not heard of acpd's capabilities in v1's
/// words; nor may it be asked twice.
std::optional<handshake::request> handshake::on_initialized(std::string_view result,
                                                            std::string_view error) {
  const std::string_view supported = member(member(error, "data"), "supported");
  bool older = is_v2() && member(result, "protocolVersion") == "1";
  if (is_v2() && supported.starts_with('['))
    for_each_element(supported, [&](std::string_view version) { older |= version == "1"; });
  if (older) {
    state_ = state::older;
    version_ = acp_version::v1;
    return std::nullopt;
  }
  if (result.empty()) return fail(error);
  if (is_v2() && member(result, "protocolVersion") != "2")
    return fail(internal_error,
                "the agent was asked for version 2 of ACP and answered with version " +
                    std::string(member(result, "protocolVersion")) + ", which acpd does not speak");
  initialize_result_ = result;
  if (!auth_.empty() && !authenticated_) {
    step_ = step::authenticate;
    return request{std::string(login_method(version_, "authenticate")), auth_};
  }
  state_ = state::idle;
  return what_ ? ask_open() : std::nullopt;
}

bool handshake::resumes() const {
  if (is_v2()) return true;
  const std::string_view caps = member(initialize_result_, "agentCapabilities");
  return member(member(caps, "sessionCapabilities"), "resume").starts_with('{') &&
         !what_->resume_refused;
}

bool handshake::loads() const {
  return !is_v2() &&
         member(member(initialize_result_, "agentCapabilities"), "loadSession") == "true";
}

bool handshake::forks() const {
  const std::string_view caps =
      is_v2() ? member(member(initialize_result_, "capabilities"), "session")
              : member(member(initialize_result_, "agentCapabilities"), "sessionCapabilities");
  return member(caps, "fork").starts_with('{');
}

std::optional<handshake::request> handshake::ask_open() {
  state_ = state::opening;
  if (!what_->fork_of.empty()) {
    if (!forks()) return fail(method_not_found, "this agent cannot fork its sessions");
    agent_sid_ = what_->fork_of;
    step_ = step::fresh;
    return with_session("session/fork", true);
  }
  if (what_->agent_sid.empty()) {
    step_ = step::fresh;
    return with_session("session/new", true);
  }
  agent_sid_ = what_->agent_sid;
  return ask_again();
}

/// A session that the agent has had before.
std::optional<handshake::request> handshake::ask_again() {
  if (what_->importing && !is_v2() && !loads())
    return fail(method_not_found, "this agent cannot load its earlier sessions");
  if (resumes() && (is_v2() || !what_->importing)) {
    step_ = step::resume;
    return with_session("session/resume", true);
  }
  if (!loads()) return ask_fresh();
  step_ = step::load;
  return with_session("session/load", true);
}

std::optional<handshake::request> handshake::ask_fresh() {
  fresh_after_loss_ = what_->had_turns;
  agent_sid_.clear();
  step_ = step::fresh;
  return with_session("session/new", true);
}

namespace {

/// The editor's list, in the words of the agent's version, whichever the editor's was.
std::string servers_for(acp_version agent, const std::string& servers) {
  if (servers.empty()) return "[]";
  bool in_v2 = false; // v1 knows no type for servers on stdio
  for_each_element(servers, [&](std::string_view server) {
    in_v2 = in_v2 || member(server, "type") == R"("stdio")";
  });
  return agent == acp_version::v2 || in_v2 ? mcp_servers_for(agent, servers) : servers;
}

} // namespace

handshake::request handshake::with_session(std::string_view method, bool needs_servers) {
  std::string params = R"({"cwd":)" + what_->cwd;
  if (!agent_sid_.empty()) params.append(R"(,"sessionId":)").append(agent_sid_);
  if (!what_->additional_dirs.empty())
    params.append(R"(,"additionalDirectories":)").append(what_->additional_dirs);
  if (needs_servers)
    params.append(R"(,"mcpServers":)").append(servers_for(version_, what_->mcp_servers));
  if (what_->importing && is_v2()) params.append(R"(,"replayFrom":{"type":"start"})");
  return {std::string(method), params.append("}")};
}

std::optional<handshake::request> handshake::ask_choice() {
  step_ = step::choose;
  if (next_choice_ >= what_->chosen.size()) {
    state_ = state::ready;
    return std::nullopt;
  }
  const choice& c = what_->chosen[next_choice_++];
  // Asked of an agent that spoke the other version: said in this one's words.
  auto again = c.version == version_
                   ? result<converted>(converted{c.method, c.params})
                   : request_for(version_, c.method, c.params, {modes_, config_options_});
  if (!again) {
    if (lost_choice_.empty()) lost_choice_ = quoted(again.error().text);
    return ask_choice();
  }
  // The choice's params carry the session id of the process before.
  constexpr std::string_view head = R"({"jsonrpc":"2.0","method":"x","params":)";
  const std::string line = std::string(head) + again->params + "}";
  std::string made;
  apply(made, line, {{scan(line)->session_id, agent_sid_}});
  return request{again->method, made.substr(head.size(), made.size() - head.size() - 1)};
}

std::optional<handshake::request> handshake::fail(std::string_view error) {
  state_ = state::failed;
  error_ = error;
  return std::nullopt;
}

std::optional<handshake::request> handshake::fail(int code, std::string_view text) {
  return fail(R"({"code":)" + std::to_string(code) + R"(,"message":)" + quoted(text) + "}");
}

void handshake::retry() {
  if (state_ != state::failed || initialize_result_.empty()) return;
  state_ = state::idle;
  what_.reset();
  agent_sid_.clear();
  error_.clear();
}

void handshake::keep(std::string_view result) {
  if (auto raw = member(result, "modes"); raw.starts_with('{')) modes_ = raw;
  if (auto raw = member(result, "configOptions"); raw.starts_with('[')) config_options_ = raw;
  if (auto raw = member(result, "availableCommands"); raw.starts_with('[')) commands_ = raw;
}

bool handshake::swallows(std::string_view variant) {
  if (state_ != state::opening || (step_ != step::load && step_ != step::resume)) return false;
  ++replayed_;
  if (importing()) return false; // acpd has none of it
  return variant != "available_commands_update" && variant != "current_mode_update" &&
         variant != "config_option_update" && variant != "session_info_update" &&
         variant != "usage_update" && variant != "state_update";
}

} // namespace acpd::core
