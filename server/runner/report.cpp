#include "server/runner/report.h"

#include "protocol/envelope.h"

namespace acpd::runner {
namespace {

using protocol::quoted;

std::string meta(const progress& p) {
  return R"("_meta":{"acpd/progress":{"done":)" + std::to_string(p.done) + R"(,"total":)" +
         std::to_string(p.total) + R"(,"unit":)" + quoted(p.unit) + "}}";
}

std::string update(std::string_view session, std::string_view body, const progress* p = nullptr) {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":)" + quoted(session) +
         R"(,"update":{)" + std::string(body) + "}" + (p ? "," + meta(*p) : "") + "}}";
}

std::string text_block(std::string_view text) {
  return R"({"type":"text","text":)" + quoted(text) + "}";
}

// What tool_call and tool_call_update have in common.
std::string members(const tool_call& call) {
  std::string out = R"("toolCallId":)" + quoted(call.id) + R"(,"title":)" + quoted(call.title) +
                    R"(,"status":)" + quoted(call.status);
  if (!call.text.empty())
    out += R"(,"content":[{"type":"content","content":)" + text_block(call.text) + "}]";
  if (!call.path.empty()) out += R"(,"locations":[{"path":)" + quoted(call.path) + "}]";
  return out;
}

} // namespace

std::string response(std::string_view raw_id, std::string_view result) {
  return R"({"jsonrpc":"2.0","id":)" + std::string(raw_id) + R"(,"result":)" + std::string(result) +
         "}";
}

std::string error_response(std::string_view raw_id, int code, std::string_view text,
                           std::string_view data) {
  return R"({"jsonrpc":"2.0","id":)" + std::string(raw_id) + R"(,"error":{"code":)" +
         std::to_string(code) + R"(,"message":)" + quoted(text) +
         (data.empty() ? "" : R"(,"data":)" + std::string(data)) + "}}";
}

std::string message_update(std::string_view session, std::string_view text) {
  return update(session, R"("sessionUpdate":"agent_message_chunk","content":)" + text_block(text));
}

std::string title_update(std::string_view session, std::string_view title) {
  return update(session, R"("sessionUpdate":"session_info_update","title":)" + quoted(title));
}

std::string commands_update(std::string_view session) {
  return update(session,
                R"("sessionUpdate":"available_commands_update","availableCommands":[)"
                R"({"name":"each","description":"Run a command for each file that matches",)"
                R"("input":{"hint":"GLOB… [--jobs N] [--fresh] -- COMMAND {}"}},)"
                R"({"name":"test","description":"Run a test suite; CTest is found by itself",)"
                R"("input":{"hint":"[--jobs N] [--fresh] [COMMAND]"}},)"
                R"({"name":"continue","description":"Go on with the job that is not finished"},)"
                R"({"name":"status","description":"Show this session's jobs"},)"
                R"({"name":"help","description":"Show what can be run"}])");
}

std::string tool_call_new(std::string_view session, const tool_call& call, const progress& p) {
  return update(session, R"("sessionUpdate":"tool_call","kind":"execute",)" + members(call), &p);
}

std::string tool_call_change(std::string_view session, const tool_call& call, const progress& p) {
  return update(session, R"("sessionUpdate":"tool_call_update",)" + members(call), &p);
}

std::string plan_update(std::string_view session, std::string_view entry, std::string_view status,
                        const progress& p) {
  return update(session,
                R"("sessionUpdate":"plan","entries":[{"content":)" + quoted(entry) +
                    R"(,"priority":"medium","status":)" + quoted(status) + "}]",
                &p);
}

} // namespace acpd::runner
