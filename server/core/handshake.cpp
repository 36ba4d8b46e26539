#include "server/core/handshake.h"

#include "protocol/splice.h"

#include <utility>

namespace acpd::core {

using namespace protocol;

std::string_view client_capabilities() {
  return R"({"fs":{"readTextFile":true,"writeTextFile":true},"terminal":true,)"
         R"("session":{"notices":{},"compaction":{},"configOptions":{"boolean":{}}},)"
         R"("auth":{"terminal":true},"elicitation":{"form":{},"url":{}}})";
}

handshake::request handshake::begin() {
  std::string params =
      R"({"protocolVersion":1,"clientInfo":{"name":"acpd","version":")" ACPD_VERSION
      R"("},"clientCapabilities":)";
  return {"initialize", params.append(client_capabilities()).append("}")};
}

std::optional<handshake::request> handshake::open(opening what) {
  what_ = std::move(what);
  return state_ == state::idle ? ask_open() : std::nullopt;
}

std::optional<handshake::request> handshake::on_response(std::string_view result,
                                                         std::string_view error) {
  const bool ok = !result.empty();
  switch (step_) {
  case step::initialize:
    if (!ok) return fail(error);
    initialize_result_ = result;
    if (!auth_.empty() && !authenticated_) {
      step_ = step::authenticate;
      return request{"authenticate", auth_};
    }
    state_ = state::idle;
    return what_ ? ask_open() : std::nullopt;
  case step::authenticate: // if it fails, session/new says what is needed
    authenticated_ = true;
    state_ = state::idle;
    return what_ ? ask_open() : std::nullopt;
  case step::fresh:
    if (!ok) return fail(error);
    agent_sid_ = member(result, "sessionId");
    if (!agent_sid_.starts_with('"'))
      return fail(
          R"({"code":-32603,"message":"the agent's answer to session/new has no sessionId"})");
    keep(result);
    return ask_choice();
  case step::resume:
    if (!ok) {
      step_ = step::load;
      if (member(initialize_result_, "agentCapabilities").empty() ||
          member(member(initialize_result_, "agentCapabilities"), "loadSession") != "true")
        return ask_fresh();
      return with_session("session/load", true);
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

std::optional<handshake::request> handshake::ask_open() {
  state_ = state::opening;
  if (what_->agent_sid.empty()) {
    step_ = step::fresh;
    return with_session("session/new", true);
  }
  agent_sid_ = what_->agent_sid;
  const std::string_view caps = member(initialize_result_, "agentCapabilities");
  const std::string_view resume = member(member(caps, "sessionCapabilities"), "resume");
  if (what_->importing && member(caps, "loadSession") != "true")
    return fail(R"({"code":-32601,"message":"this agent cannot load its earlier sessions"})");
  if (resume.starts_with('{') && !what_->resume_refused && !what_->importing) {
    step_ = step::resume;
    return with_session("session/resume", true);
  }
  if (member(caps, "loadSession") == "true") {
    step_ = step::load;
    return with_session("session/load", true);
  }
  return ask_fresh();
}

std::optional<handshake::request> handshake::ask_fresh() {
  fresh_after_loss_ = what_->had_turns;
  agent_sid_.clear();
  step_ = step::fresh;
  return with_session("session/new", true);
}

handshake::request handshake::with_session(std::string_view method, bool needs_servers) {
  std::string params = R"({"cwd":)" + what_->cwd;
  if (!agent_sid_.empty()) params.append(R"(,"sessionId":)").append(agent_sid_);
  if (!what_->additional_dirs.empty())
    params.append(R"(,"additionalDirectories":)").append(what_->additional_dirs);
  if (needs_servers)
    params.append(R"(,"mcpServers":)")
        .append(what_->mcp_servers.empty() ? "[]" : what_->mcp_servers);
  return {std::string(method), params.append("}")};
}

std::optional<handshake::request> handshake::ask_choice() {
  step_ = step::choose;
  if (next_choice_ >= what_->chosen.size()) {
    state_ = state::ready;
    return std::nullopt;
  }
  const choice& c = what_->chosen[next_choice_++];
  // The choice's params carry the session id of the process before.
  const std::string line = R"({"jsonrpc":"2.0","method":"x","params":)" + c.params + "}";
  auto e = scan(line);
  std::string again;
  apply(again, line, {{e->session_id, agent_sid_}});
  constexpr std::size_t head =
      std::string_view(R"({"jsonrpc":"2.0","method":"x","params":)").size();
  return request{c.method, again.substr(head, again.size() - head - 1)};
}

std::optional<handshake::request> handshake::fail(std::string_view error) {
  state_ = state::failed;
  error_ = error;
  return std::nullopt;
}

void handshake::retry() {
  if (state_ != state::failed || initialize_result_.empty()) return;
  state_ = state::idle;
  what_.reset();
  error_.clear();
}

void handshake::keep(std::string_view result) {
  if (auto raw = member(result, "modes"); raw.starts_with('{')) modes_ = raw;
  if (auto raw = member(result, "configOptions"); raw.starts_with('[')) config_options_ = raw;
}

bool handshake::swallows(std::string_view variant) {
  if (state_ != state::opening || (step_ != step::load && step_ != step::resume)) return false;
  ++replayed_;
  if (importing()) return false; // acpd has none of it
  return variant != "available_commands_update" && variant != "current_mode_update" &&
         variant != "config_option_update" && variant != "session_info_update" &&
         variant != "usage_update";
}

} // namespace acpd::core
