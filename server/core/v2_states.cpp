#include "server/core/v2_states.h"

#include "protocol/acp_v2.h"
#include "protocol/envelope.h"
#include "protocol/errors.h"
#include "server/core/lines.h"

#include <algorithm>
#include <array>

namespace acpd::core {

using namespace protocol;

namespace {

constexpr std::array<std::string_view, 5> v1_reasons{"end_turn", "max_tokens", "max_turn_requests",
                                                     "refusal", "cancelled"};

/// Is it what JSON-RPC calls an error? Else v1's clients could not read it.
bool is_error(std::string_view raw) {
  const std::string_view code = member(raw, "code");
  return raw.starts_with('{') && !code.empty() &&
         code.find_first_not_of("-0123456789") == std::string_view::npos &&
         member(raw, "message").starts_with('"');
}

} // namespace

activity activity_of(std::string_view update) {
  if (update.empty()) return activity::idle;
  const std::string state = unquote(member(update, "state"));
  if (state == "idle") return activity::idle;
  if (state == "running") return activity::running;
  if (state == "requires_action") return activity::requires_action;
  return activity::unknown;
}

std::string outcome_of(std::string_view update) {
  const std::string reason = unquote(member(update, "stopReason"));
  return reason.empty() ? "end_turn" : reason;
}

std::string v1_response(std::string_view update) {
  const std::string reason = outcome_of(update);
  if (reason == "error") {
    const std::string_view error = member(update, "error");
    if (is_error(error)) return error_line("null", error);
    return error_line("null", internal_error, "the agent failed, and did not say of what");
  }
  if (std::ranges::find(v1_reasons, reason) != v1_reasons.end())
    return result_line("null", R"({"stopReason":)" + quoted(reason) + "}");
  return result_line("null", R"({"stopReason":"end_turn","_meta":{"acpd/v2":{"stopReason":)" +
                                 quoted(reason) + "}}}");
}

std::string v2_user_message(std::string_view quoted_sid, std::string_view message_id,
                            std::string_view blocks) {
  std::string line;
  v2::user_message(line, quoted_sid, quoted(message_id), blocks);
  return line;
}

std::string v2_idle(std::string_view quoted_sid, std::string_view reason, std::string_view text) {
  std::string error =
      R"({"code":)" + std::to_string(internal_error) + R"(,"message":)" + quoted(text) + "}";
  v2::session_state state;
  state.stop_reason = reason;
  if (reason == "error") state.error = error;
  state.background = "[]";
  std::string line;
  v2::state_update(line, quoted_sid, state);
  return line;
}

std::string v2_commands(std::string_view quoted_sid, std::string_view commands) {
  std::string params = R"({"sessionId":)" + std::string(quoted_sid) +
                       R"(,"update":{"sessionUpdate":"available_commands_update",)" +
                       R"("availableCommands":)";
  return notification_line("session/update", params.append(commands).append("}}"));
}

} // namespace acpd::core
