#include "protocol/convert.h"

#include "protocol/errors.h"
#include "protocol/render_fields.h"

namespace acpd::protocol {
namespace {

using namespace fields;

std::string without(std::string_view object, std::string_view gone) {
  return rewritten(object, [&](json_builder& to, std::string_view key, std::string_view value) {
    if (!same_text(key, gone)) to.raw(key, value);
  });
}

std::string with(std::string_view object, std::string_view key, std::string_view value) {
  std::string out;
  json_builder to(out, '{');
  for_each_member(object, [&](std::string_view name, std::string_view old) {
    if (!same_text(name, key)) to.raw(name, old);
  });
  to.raw(key, value).end();
  return out;
}

/// session/new, load, resume and fork: their servers, and lists that v1 requires.
std::string session_params(acp_version agent, std::string_view params) {
  const auto servers = member(params, "mcpServers");
  if (servers.empty())
    return agent == acp_version::v1 ? with(params, "mcpServers", "[]") : std::string(params);
  return with(params, "mcpServers", mcp_servers_for(agent, is_array(servers) ? servers : "[]"));
}

result<std::string> prompt_params(acp_version agent, std::string_view params) {
  if (agent == acp_version::v2) return std::string(params);
  std::string unknown;
  std::string blocks;
  json_builder list(blocks, '[');
  for_each_element(member(params, "prompt"), [&](std::string_view block) {
    const std::string made = block_to_v1(block);
    const auto type = member(block, "type");
    if (unquote(member(made, "type")) != unquote(type)) unknown = unquote(type);
    list.element(made);
  });
  list.end();
  if (!unknown.empty())
    return std::unexpected(failure{error_code::invalid_params,
                                   "this session's agent speaks ACP v1, which has no content of "
                                   "type \"" +
                                       unknown + "\": send it as text or as a resource"});
  return with(params, "prompt", blocks);
}

/// The option whose value is the mode of a v1 agent that has modes.
bool is_mode(std::string_view config_id, const session_facts& facts) {
  return is_object(facts.modes) && mode_option(facts.config_options).empty() &&
         unquote(config_id) == mode_option_id(facts.config_options);
}

result<converted> option_request(acp_version agent, std::string_view params,
                                 const session_facts& facts) {
  const auto value = member(params, "value");
  if (agent == acp_version::v2) {
    const auto type = value == "true" || value == "false" ? R"("boolean")" : R"("id")";
    return converted{"session/set_config_option", with(params, "type", type)};
  }
  const auto type = member(params, "type");
  if (!says(type, "id") && !says(type, "boolean"))
    return std::unexpected(failure{error_code::invalid_params,
                                   "the agent knows values of type \"id\" and \"boolean\" only"});
  if (is_mode(member(params, "configId"), facts)) {
    const std::string rest = without(without(without(params, "configId"), "type"), "value");
    return converted{"session/set_mode", with(rest, "modeId", value)};
  }
  return converted{"session/set_config_option",
                   says(type, "id") ? without(params, "type") : std::string(params)};
}

result<converted> mode_request(std::string_view params, const session_facts& facts) {
  const auto option = mode_option(facts.config_options);
  if (option.empty())
    return std::unexpected(failure{error_code::invalid_params, "the agent has no modes"});
  const std::string rest = without(params, "modeId");
  std::string out = with(with(rest, "configId", member(option, "configId")), "type", R"("id")");
  return converted{"session/set_config_option", with(out, "value", member(params, "modeId"))};
}

result<converted> request_for_v1(std::string_view method, std::string_view params,
                                 const session_facts& facts) {
  if (method == "auth/login") return converted{"authenticate", std::string(params)};
  if (method == "auth/logout") return converted{"logout", std::string(params)};
  if (method == "tool_call/cancel" || method == "terminal/cancel")
    return std::unexpected(failure{error_code::invalid_params,
                                   "this session's agent speaks ACP v1, which can only cancel the "
                                   "whole turn: session/cancel"});
  if (method == "session/resume") {
    const auto from = member(params, "replayFrom");
    const bool replays = is_object(from);
    if (replays && !says(member(from, "type"), "start"))
      return std::unexpected(
          failure{error_code::invalid_params, "an agent of ACP v1 can replay from the start only"});
    return converted{replays ? "session/load" : "session/resume",
                     session_params(acp_version::v1, without(params, "replayFrom"))};
  }
  return option_request(acp_version::v1, params, facts);
}

result<converted> request_for_v2(std::string_view method, std::string_view params,
                                 const session_facts& facts) {
  if (method == "authenticate") return converted{"auth/login", std::string(params)};
  if (method == "logout") return converted{"auth/logout", std::string(params)};
  if (method == "session/set_mode") return mode_request(params, facts);
  if (method == "session/load")
    return converted{"session/resume", with(session_params(acp_version::v2, params), "replayFrom",
                                            R"({"type":"start"})")};
  if (method == "session/resume")
    return converted{std::string(method), session_params(acp_version::v2, params)};
  return option_request(acp_version::v2, params, facts);
}

} // namespace

result<converted> request_for(acp_version agent, std::string_view method, std::string_view params,
                              const session_facts& facts) {
  if (method == "initialize")
    return converted{std::string(method), initialize_params_for(agent, params)};
  if (method == "session/new" || method == "session/fork")
    return converted{std::string(method), session_params(agent, params)};
  if (method == "session/prompt") {
    auto made = prompt_params(agent, params);
    if (!made) return std::unexpected(std::move(made).error());
    return converted{std::string(method), *std::move(made)};
  }
  const bool v1 = agent == acp_version::v1;
  for (const std::string_view other :
       {"session/resume", "session/set_config_option", v1 ? "auth/login" : "authenticate",
        v1 ? "auth/logout" : "logout", v1 ? "tool_call/cancel" : "session/load",
        v1 ? "terminal/cancel" : "session/set_mode"}) {
    if (method == other)
      return v1 ? request_for_v1(method, params, facts) : request_for_v2(method, params, facts);
  }
  return converted{std::string(method), std::string(params)};
}

std::string mcp_servers_for(acp_version agent, std::string_view servers,
                            std::vector<std::string>* refused) {
  std::string out;
  json_builder list(out, '[');
  for_each_element(servers, [&](std::string_view server) {
    const auto type = member(server, "type");
    const bool stdio = type.empty() || says(type, "stdio");
    const bool http = says(type, "http");
    const bool passes = stdio || http || says(type, "acp") || agent == acp_version::v2;
    if (!passes || (agent == acp_version::v2 && says(type, "sse"))) {
      if (refused != nullptr) refused->push_back(unquote(member(server, "name")));
      return;
    }
    std::string made(server);
    if (agent == acp_version::v2) {
      if (stdio && type.empty()) made = with(made, "type", R"("stdio")");
    } else {
      if (stdio) made = without(made, "type");
      const auto require = [&](std::string_view key) {
        if (!is_array(member(made, key))) made = with(made, key, "[]");
      };
      if (stdio) require("args"), require("env");
      if (http) require("headers");
    }
    list.element(made);
  });
  list.end();
  return out;
}

std::string mode_option_id(std::string_view config_options) {
  bool taken = false;
  for_each_element(config_options, [&](std::string_view option) {
    taken = taken || says(member(option, "id"), "mode");
  });
  return taken ? "_acpd/mode" : "mode";
}

} // namespace acpd::protocol
