#pragma once

#include "protocol/acp_v1.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Builders of the ACP v2 lines that acpd writes itself, in the manner of acp_v1.h: each appends
/// one whole line to `out`, without a newline, unless its name ends in _params, _result or begins
/// with background_: those append one raw value. `id`, `session`, `message_id`, `terminal_id`,
/// `tool_call_id`, `content` and what is called raw are raw JSON, taken as they are; the rest is
/// plain text and gets quoted here. What is optional is left out when it is empty.
namespace acpd::protocol::v2 {

using v1::cancel_request;
using v1::error_response;
using v1::notification;
using v1::permission_cancelled;
using v1::permission_selected;
using v1::request;
using v1::result_response;

/// What initialize carries, either way.
struct introduction {
  int version = 2;
  std::string_view info;         // raw Implementation: name and version are required
  std::string_view capabilities; // raw; empty: left out
  std::string_view auth_methods; // raw array, results only; empty: left out
};
void initialize_params(std::string& out, const introduction& of_client);
void initialize_result(std::string& out, const introduction& of_agent);

/// Results of session/new (with a session) and session/resume (without). Raw arrays or empty.
void session_result(std::string& out, std::string_view session, std::string_view config_options,
                    std::string_view available_commands);
/// {"messageId":…}: the prompt stands in the conversation.
void prompt_result(std::string& out, std::string_view message_id);

/// The id of a prompt that acpd itself put into the conversation, as v1 agents name none: plain.
/// `turn` is the turn's row, so that every editor, and every replay, sees the same.
std::string prompt_message_id(std::int64_t turn);

/// Foreground activity of a session.
enum class activity : std::uint8_t {
  running,
  idle,
  requires_action,
};
struct session_state {
  activity now = activity::idle;
  std::string_view stop_reason{}; // idle only: end_turn, cancelled, error, …; empty: not reported
  std::string_view error{};       // with stop_reason error: raw JSON-RPC error object
  std::string_view background{};  // raw array; empty: not reported ("[]" says that nothing runs)
};
void state_update(std::string& out, std::string_view session, const session_state& state);
/// One item of a background list.
void background_terminal(std::string& out, std::string_view terminal_id);
void background_tool_call(std::string& out, std::string_view tool_call_id);

/// The prompt's echo: the whole message; content is a raw array of blocks.
void user_message(std::string& out, std::string_view session, std::string_view message_id,
                  std::string_view content);
/// One block of the user's; content is one raw block.
void user_message_chunk(std::string& out, std::string_view session, std::string_view message_id,
                        std::string_view content);
/// A text of acpd's own, shown as the agent's.
void agent_message_chunk(std::string& out, std::string_view session, std::string_view message_id,
                         std::string_view text);

enum class severity : std::uint8_t {
  info,
  warning,
  error,
};
void notice(std::string& out, std::string_view session, severity how, std::string_view title,
            std::string_view description = {});

/// What changes of a terminal; what is not set stays as it is.
struct terminal_change {
  std::string_view command{};
  std::string_view cwd{};                   // absolute
  std::string_view capabilities{};          // raw object, or null
  std::optional<std::string_view> output{}; // bytes: all of the output from now on
  bool exited = false;
  std::optional<std::int64_t> exit_code{}; // with exited
  std::string_view signal{};               // with exited: e.g. SIGTERM
};
void terminal_update(std::string& out, std::string_view session, std::string_view terminal_id,
                     const terminal_change& change);
/// `bytes` are appended to the terminal's output; any bytes, a character may be cut in two.
void terminal_output_chunk(std::string& out, std::string_view session, std::string_view terminal_id,
                           std::string_view bytes);

struct permission {
  std::string_view title;
  std::string_view description; // may be empty
  std::string_view subject;     // raw object; may be empty
  std::string_view options;     // raw array, at least one
};
void request_permission(std::string& out, std::string_view id, std::string_view session,
                        const permission& p);

/// -32022; requested is raw (what the client sent), supported a raw array of versions.
void unsupported_version(std::string& out, std::string_view id, std::string_view requested,
                         std::string_view supported);
/// -32002 with data.sessionId.
void session_not_found(std::string& out, std::string_view id, std::string_view session);
/// -32800: a prompt that was never inserted, or a request that its sender withdrew.
void request_cancelled(std::string& out, std::string_view id, std::string_view text);

} // namespace acpd::protocol::v2
