#include "protocol/acp_v1.h"

#include "protocol/envelope.h"

#include <initializer_list>

namespace acpd::protocol::v1 {
namespace {

void append(std::string& out, std::initializer_list<std::string_view> parts) {
  for (const auto part : parts)
    out += part;
}

/// `content` stands between the two parts of an update.
void chunk(std::string& out, std::string_view session, std::string_view kind,
           std::string_view content) {
  append(out, {R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":)", session,
               R"(,"update":{"sessionUpdate":")", kind, R"(","content":)", content, "}}}"});
}

} // namespace

void request(std::string& out, std::string_view id, std::string_view method,
             std::string_view params) {
  append(out, {R"({"jsonrpc":"2.0","id":)", id, R"(,"method":)", quoted(method)});
  if (!params.empty()) append(out, {R"(,"params":)", params});
  out += '}';
}

void notification(std::string& out, std::string_view method, std::string_view params) {
  append(out, {R"({"jsonrpc":"2.0","method":)", quoted(method)});
  if (!params.empty()) append(out, {R"(,"params":)", params});
  out += '}';
}

void result_response(std::string& out, std::string_view id, std::string_view result) {
  append(out, {R"({"jsonrpc":"2.0","id":)", id, R"(,"result":)", result, "}"});
}

void error_response(std::string& out, std::string_view id, int code, std::string_view text,
                    std::string_view data) {
  append(out, {R"({"jsonrpc":"2.0","id":)", id.empty() ? "null" : id, R"(,"error":{"code":)",
               std::to_string(code), R"(,"message":)", quoted(text)});
  if (!data.empty()) append(out, {R"(,"data":)", data});
  out += "}}";
}

void user_message_chunk(std::string& out, std::string_view session, std::string_view content) {
  chunk(out, session, "user_message_chunk", content);
}

void agent_message_chunk(std::string& out, std::string_view session, std::string_view text) {
  chunk(out, session, "agent_message_chunk", R"({"type":"text","text":)" + quoted(text) + '}');
}

void cancel_request(std::string& out, std::string_view id) {
  append(out, {R"({"jsonrpc":"2.0","method":"$/cancel_request","params":{"requestId":)", id, "}}"});
}

void permission_cancelled(std::string& out, std::string_view id) {
  result_response(out, id, R"({"outcome":{"outcome":"cancelled"}})");
}

void permission_selected(std::string& out, std::string_view id, std::string_view option_id) {
  append(out, {R"({"jsonrpc":"2.0","id":)", id,
               R"(,"result":{"outcome":{"outcome":"selected","optionId":)", option_id, "}}}"});
}

} // namespace acpd::protocol::v1
