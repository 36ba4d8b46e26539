#include "protocol/convert.h"
#include "protocol/render_fields.h"

namespace acpd::protocol {
namespace {

using namespace fields;

constexpr std::string_view nobody = R"({"name":"unknown","version":"unknown"})";

/// v1 says what it supports with booleans and with objects; v2 with objects only.
bool supported(std::string_view raw) { return raw == "true" || is_object(raw); }

/// {} or the object itself, where it is supported.
void put_support(json_builder& to, std::string_view key, std::string_view raw) {
  if (supported(raw)) to.raw(key, is_object(raw) ? raw : "{}");
}
void put_flag(json_builder& to, std::string_view key, std::string_view raw) {
  if (supported(raw)) to.raw(key, "true");
}

/// Puts a nested object that is not empty.
template <class F>
void put_object(json_builder& to, std::string_view key, F fill) {
  std::string out;
  json_builder object(out, '{');
  fill(object);
  const bool empty = object.empty();
  object.end();
  if (!empty) to.raw(key, out);
}

// ---- an editor's capabilities

std::string client_to_v2(std::string_view v1) {
  std::string out;
  json_builder to(out, '{');
  put_object(to, "auth", [&](json_builder& auth) {
    put_support(auth, "terminal", member(member(v1, "auth"), "terminal"));
  });
  put_support(to, "elicitation", member(v1, "elicitation"));
  to.raw_if("_meta", member(v1, "_meta")).end();
  return out;
}

/// A v2 editor has none of v1's files and terminals: acpd answers those itself.
std::string client_to_v1(std::string_view v2) {
  std::string out;
  json_builder to(out, '{');
  put_object(to, "auth", [&](json_builder& auth) {
    put_flag(auth, "terminal", member(member(v2, "auth"), "terminal"));
  });
  put_support(to, "elicitation", member(v2, "elicitation"));
  to.raw("session", R"({"notices":{},"compaction":{},"configOptions":{"boolean":{}}})");
  to.raw_if("_meta", member(v2, "_meta")).end();
  return out;
}

// ---- an agent's capabilities

std::string agent_to_v2(std::string_view v1) {
  const auto sessions = member(v1, "sessionCapabilities");
  const auto prompt = member(v1, "promptCapabilities");
  const auto mcp = member(v1, "mcpCapabilities");
  std::string session;
  json_builder in_session(session, '{');
  put_object(in_session, "prompt", [&](json_builder& to) {
    for (const std::string_view key : {"image", "audio", "embeddedContext"})
      put_support(to, key, member(prompt, key));
  });
  put_object(in_session, "mcp", [&](json_builder& to) {
    to.raw("stdio", "{}"); // each v1 agent has it
    for (const std::string_view key : {"http", "acp"})
      put_support(to, key, member(mcp, key));
  });
  for_each_member(sessions, [&](std::string_view key, std::string_view value) {
    const bool baseline =
        same_text(key, "list") || same_text(key, "resume") || same_text(key, "close");
    if (!baseline) put_support(in_session, key, value);
  });
  in_session.end();
  std::string out;
  json_builder to(out, '{');
  to.raw("session", session);
  put_object(to, "auth", [&](json_builder& auth) {
    put_support(auth, "status", member(member(v1, "auth"), "status"));
  });
  put_support(to, "providers", member(v1, "providers"));
  to.raw_if("_meta", member(v1, "_meta")).end();
  return out;
}

std::string agent_to_v1(std::string_view v2, bool has_auth_methods) {
  const auto session = member(v2, "session");
  const auto prompt = member(session, "prompt");
  const auto mcp = member(session, "mcp");
  std::string out;
  json_builder to(out, '{');
  to.raw("loadSession", is_object(session) ? "true" : "false");
  put_object(to, "promptCapabilities", [&](json_builder& of) {
    for (const std::string_view key : {"image", "audio", "embeddedContext"})
      put_flag(of, key, member(prompt, key));
  });
  put_object(to, "mcpCapabilities", [&](json_builder& of) {
    for (const std::string_view key : {"http", "acp"})
      put_flag(of, key, member(mcp, key));
  });
  put_object(to, "sessionCapabilities", [&](json_builder& of) {
    if (is_object(session)) of.raw("list", "{}").raw("resume", "{}").raw("close", "{}");
    for_each_member(session, [&](std::string_view key, std::string_view value) {
      if (!same_text(key, "prompt") && !same_text(key, "mcp") && !same_text(key, "_meta"))
        put_support(of, key, value);
    });
  });
  put_object(to, "auth", [&](json_builder& of) {
    if (has_auth_methods) of.raw("logout", "{}");
    put_support(of, "status", member(member(v2, "auth"), "status"));
  });
  put_support(to, "providers", member(v2, "providers"));
  to.raw_if("_meta", member(v2, "_meta")).end();
  return out;
}

// ---- ways to log in

std::string env_to_v2(std::string_view env) {
  std::string out;
  json_builder list(out, '[');
  for_each_member(env, [&](std::string_view key, std::string_view value) {
    std::string variable;
    const std::string name = '"' + std::string(key) + '"';
    json_builder(variable, '{').raw("name", name).raw("value", value).end();
    list.element(variable);
  });
  list.end();
  return out;
}

std::string env_to_v1(std::string_view env) {
  std::string out;
  json_builder object(out, '{');
  for_each_element(env, [&](std::string_view variable) {
    const auto name = member(variable, "name");
    if (is_string(name)) object.raw(name.substr(1, name.size() - 2), member(variable, "value"));
  });
  object.end();
  return out;
}

std::string auth_methods_for(acp_version editor, std::string_view methods) {
  const bool v2 = editor == acp_version::v2;
  std::string out;
  json_builder list(out, '[');
  for_each_element(methods, [&](std::string_view method) {
    std::string made;
    json_builder to(made, '{');
    if (v2 && member(method, "type").empty()) to.text("type", "agent");
    for_each_member(method, [&](std::string_view key, std::string_view value) {
      if (same_text(key, v2 ? "id" : "methodId")) {
        to.raw(v2 ? "methodId" : "id", value);
      } else if (same_text(key, "env")) {
        to.raw(key, v2 && is_object(value)   ? env_to_v2(value)
                    : !v2 && is_array(value) ? env_to_v1(value)
                                             : std::string(value));
      } else {
        to.raw(key, value);
      }
    });
    to.end();
    list.element(made);
  });
  list.end();
  return out;
}

} // namespace

std::string initialize_params_for(acp_version agent, std::string_view params) {
  const bool v2 = agent == acp_version::v2;
  const auto info = member(params, v2 ? "clientInfo" : "info");
  const auto capabilities = member(params, v2 ? "clientCapabilities" : "capabilities");
  std::string out;
  json_builder(out, '{')
      .raw("protocolVersion", v2 ? "2" : "1")
      .raw(v2 ? "info" : "clientInfo", is_object(info) ? info : nobody)
      .raw(v2 ? "capabilities" : "clientCapabilities",
           v2 ? client_to_v2(capabilities) : client_to_v1(capabilities))
      .raw_if("_meta", member(params, "_meta"))
      .end();
  return out;
}

std::string initialize_result_for(acp_version editor, std::string_view result) {
  const bool v2 = editor == acp_version::v2;
  const auto info = member(result, v2 ? "agentInfo" : "info");
  const auto capabilities = member(result, v2 ? "agentCapabilities" : "capabilities");
  const auto methods = member(result, "authMethods");
  const bool has_methods = is_array(methods) && methods.find('{') != std::string_view::npos;
  std::string out;
  json_builder to(out, '{');
  to.raw("protocolVersion", v2 ? "2" : "1");
  to.raw(v2 ? "info" : "agentInfo", is_object(info) ? info : nobody);
  to.raw(v2 ? "capabilities" : "agentCapabilities",
         v2 ? agent_to_v2(capabilities) : agent_to_v1(capabilities, has_methods));
  if (is_array(methods)) to.raw("authMethods", auth_methods_for(editor, methods));
  to.raw_if("_meta", member(result, "_meta")).end();
  return out;
}

} // namespace acpd::protocol
