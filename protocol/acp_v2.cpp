#include "protocol/acp_v2.h"

#include "protocol/base64.h"
#include "protocol/errors.h"
#include "protocol/json_build.h"

namespace acpd::protocol::v2 {
namespace {

void update_line(std::string& out, std::string_view session, std::string_view update) {
  ((out += R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":)") += session);
  ((out += R"(,"update":)") += update) += "}}";
}

void message(std::string& out, std::string_view session, std::string_view variant,
             std::string_view message_id, std::string_view content) {
  std::string update;
  json_builder(update, '{')
      .text("sessionUpdate", variant)
      .raw("messageId", message_id)
      .raw("content", content)
      .end();
  update_line(out, session, update);
}

std::string_view name_of(activity now) {
  switch (now) {
  case activity::running: return R"("running")";
  case activity::idle: return R"("idle")";
  case activity::requires_action: return R"("requires_action")";
  }
  return {};
}

std::string_view name_of(severity how) {
  switch (how) {
  case severity::info: return R"("info")";
  case severity::warning: return R"("warning")";
  case severity::error: return R"("error")";
  }
  return {};
}

std::string quoted_base64(std::string_view bytes) {
  std::string out = "\"";
  append_base64(out, bytes);
  return out += '"';
}

std::string exit_status(const terminal_change& change) {
  std::string out;
  json_builder status(out, '{');
  if (change.exit_code) status.raw("exitCode", std::to_string(*change.exit_code));
  status.text_if("signal", change.signal).end();
  return out;
}

} // namespace

void initialize_params(std::string& out, const introduction& of_client) {
  json_builder(out, '{')
      .raw("protocolVersion", std::to_string(of_client.version))
      .raw("info", of_client.info)
      .raw_if("capabilities", of_client.capabilities)
      .end();
}

void initialize_result(std::string& out, const introduction& of_agent) {
  json_builder(out, '{')
      .raw("protocolVersion", std::to_string(of_agent.version))
      .raw("info", of_agent.info)
      .raw_if("capabilities", of_agent.capabilities)
      .raw_if("authMethods", of_agent.auth_methods)
      .end();
}

void session_result(std::string& out, std::string_view session, std::string_view config_options,
                    std::string_view available_commands) {
  json_builder(out, '{')
      .raw_if("sessionId", session)
      .raw_if("configOptions", config_options)
      .raw_if("availableCommands", available_commands)
      .end();
}

void prompt_result(std::string& out, std::string_view message_id) {
  json_builder(out, '{').raw("messageId", message_id).end();
}

std::string prompt_message_id(std::int64_t turn) { return "acpd-prompt-" + std::to_string(turn); }

void state_update(std::string& out, std::string_view session, const session_state& state) {
  std::string update;
  json_builder object(update, '{');
  object.text("sessionUpdate", "state_update").raw("state", name_of(state.now));
  if (state.now == activity::idle) {
    object.text_if("stopReason", state.stop_reason).raw_if("error", state.error);
  }
  object.raw_if("background", state.background).end();
  update_line(out, session, update);
}

void background_terminal(std::string& out, std::string_view terminal_id) {
  json_builder(out, '{').text("type", "terminal").raw("terminalId", terminal_id).end();
}

void background_tool_call(std::string& out, std::string_view tool_call_id) {
  json_builder(out, '{').text("type", "tool_call").raw("toolCallId", tool_call_id).end();
}

void user_message(std::string& out, std::string_view session, std::string_view message_id,
                  std::string_view content) {
  message(out, session, "user_message", message_id, content);
}

void user_message_chunk(std::string& out, std::string_view session, std::string_view message_id,
                        std::string_view content) {
  message(out, session, "user_message_chunk", message_id, content);
}

void agent_message_chunk(std::string& out, std::string_view session, std::string_view message_id,
                         std::string_view text) {
  message(out, session, "agent_message_chunk", message_id, text_block(text));
}

void notice(std::string& out, std::string_view session, severity how, std::string_view title,
            std::string_view description) {
  std::string update;
  json_builder(update, '{')
      .text("sessionUpdate", "notice")
      .raw("severity", name_of(how))
      .text("title", title)
      .text_if("description", description)
      .end();
  update_line(out, session, update);
}

void terminal_update(std::string& out, std::string_view session, std::string_view terminal_id,
                     const terminal_change& change) {
  std::string update;
  json_builder object(update, '{');
  object.text("sessionUpdate", "terminal_update").raw("terminalId", terminal_id);
  object.text_if("command", change.command).text_if("cwd", change.cwd);
  if (change.output) {
    std::string output;
    json_builder(output, '{').raw("data", quoted_base64(*change.output)).end();
    object.raw("output", output);
  }
  if (change.exited) object.raw("exitStatus", exit_status(change));
  object.raw_if("capabilities", change.capabilities);
  object.end();
  update_line(out, session, update);
}

void terminal_output_chunk(std::string& out, std::string_view session, std::string_view terminal_id,
                           std::string_view bytes) {
  std::string update;
  json_builder(update, '{')
      .text("sessionUpdate", "terminal_output_chunk")
      .raw("terminalId", terminal_id)
      .raw("data", quoted_base64(bytes))
      .end();
  update_line(out, session, update);
}

void request_permission(std::string& out, std::string_view id, std::string_view session,
                        const permission& p) {
  std::string params;
  json_builder(params, '{')
      .raw("sessionId", session)
      .text("title", p.title)
      .text_if("description", p.description)
      .raw_if("subject", p.subject)
      .raw("options", p.options)
      .end();
  request(out, id, "session/request_permission", params);
}

void unsupported_version(std::string& out, std::string_view id, std::string_view requested,
                         std::string_view supported) {
  std::string data;
  json_builder(data, '{').raw("requested", requested).raw("supported", supported).end();
  error_response(out, id, error_code::unsupported_version,
                 "no supported protocol version is at or below the requested one", data);
}

void session_not_found(std::string& out, std::string_view id, std::string_view session) {
  std::string data;
  json_builder(data, '{').raw("sessionId", session).end();
  error_response(out, id, error_code::not_found, "no such session: see session/list", data);
}

void request_cancelled(std::string& out, std::string_view id, std::string_view text) {
  error_response(out, id, error_code::request_cancelled, text);
}

} // namespace acpd::protocol::v2
