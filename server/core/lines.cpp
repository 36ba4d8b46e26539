#include "server/core/lines.h"

#include "protocol/splice.h"

namespace acpd::core {

using namespace protocol;

std::string to_agent(std::string_view line, const envelope& e, std::uint64_t n,
                     std::string_view agent_sid) {
  std::string own;
  envelope at = e;
  if (e.params_meta && e.params_meta.in(line).find("\"acpd/") != std::string_view::npos) {
    own = without_own_meta(line, e);
    if (auto again = scan(own)) {
      line = own;
      at = *again;
    }
  }
  const std::string id = std::to_string(n);
  std::string out;
  out.reserve(line.size() + 32);
  apply(out, line,
        {{n ? at.id : span{}, id}, {agent_sid.empty() ? span{} : at.session_id, agent_sid}});
  return out;
}

namespace {

std::string update_line(std::string_view quoted_sid, std::string_view variant,
                        std::string_view content) {
  std::string out = R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":)";
  out.append(quoted_sid).append(R"(,"update":{"sessionUpdate":")").append(variant);
  out.append(R"(","content":)").append(content).append("}}}");
  return out;
}

} // namespace

std::string user_message(std::string_view quoted_sid, std::string_view block) {
  return update_line(quoted_sid, "user_message_chunk", block);
}

std::string own_message(std::string_view quoted_sid, std::string_view text) {
  return update_line(quoted_sid, "agent_message_chunk",
                     R"({"type":"text","text":)" + quoted(text) + "}");
}

std::string result_line(std::string_view id, std::string_view raw_result) {
  std::string out = R"({"jsonrpc":"2.0","id":)";
  return out.append(id).append(R"(,"result":)").append(raw_result).append("}");
}

std::string error_line(std::string_view id, std::string_view raw_error) {
  std::string out = R"({"jsonrpc":"2.0","id":)";
  return out.append(id).append(R"(,"error":)").append(raw_error).append("}");
}

std::string error_line(std::string_view id, int code, std::string_view text,
                       std::string_view raw_data) {
  std::string error = R"({"code":)" + std::to_string(code) + R"(,"message":)" + quoted(text);
  if (!raw_data.empty()) error.append(R"(,"data":)").append(raw_data);
  return error_line(id, error.append("}"));
}

std::string as_cancelled(std::string_view response) {
  constexpr std::string_view plain = R"({"stopReason":"cancelled"})";
  const auto e = response.empty() ? result<envelope>(envelope{}) : scan(response);
  if (!e || !e->result) return result_line("null", plain);
  const std::string_view result = e->result.in(response), reason = member(result, "stopReason");
  if (!reason.starts_with('"')) return result_line("null", plain);
  std::string told(result);
  told.replace(static_cast<std::size_t>(reason.data() - result.data()), reason.size(),
               "\"cancelled\"");
  return result_line("null", told);
}

std::string_view declined(question_kind kind) {
  return kind == question_kind::permission ? R"({"outcome":{"outcome":"cancelled"}})"
                                           : R"({"action":"cancel"})";
}

std::string notification_line(std::string_view method, std::string_view raw_params) {
  std::string out = R"({"jsonrpc":"2.0","method":")";
  return out.append(method).append(R"(","params":)").append(raw_params).append("}");
}

std::string request_line(std::uint64_t n, std::string_view method, std::string_view raw_params) {
  std::string out = R"({"jsonrpc":"2.0","id":)" + std::to_string(n);
  return out.append(R"(,"method":")")
      .append(method)
      .append(R"(","params":)")
      .append(raw_params)
      .append("}");
}

std::uint64_t author_hash(std::string_view author) {
  std::uint64_t h = 0xcbf29ce484222325; // FNV-1a
  for (unsigned char c : author)
    h = (h ^ c) * 0x100000001b3;
  return h >> 1 | 1; // fits a signed column, never 0
}

} // namespace acpd::core
