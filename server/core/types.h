#pragma once

#include "protocol/version.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace acpd::core {

/// What a log entry is; what each carries is in session.cpp, where it is made.
enum class entry_kind : std::uint8_t {
  update,       // a session/update of the agent
  user_message, // one block of a prompt, as user_message_chunk
  turn_started,
  turn_ended,     // line: the response to the prompt, id as the agent gave it or null
  question_asked, // line: the agent's request
  question_settled,
  own_update,         // a session/update of acpd's own
  agent_notification, // any other notification of the agent
  notice,             // live only
  gated,              // an update for clients that have the capability
  prompt_inserted,    // v2 agents: it has the prompt, as the message message_id; no line
};

/// How the message_id of a turn_ended entry begins whose line says something else than what editors
/// are told: the turn was cancelled (ACP v1: its prompt is answered "cancelled", whatever the agent
/// says). What follows it there, and is all of it in turn_started, question_asked and
/// question_settled, is what goes on in the background: a raw array, or nothing.
inline constexpr std::string_view told_as_cancelled = "cancelled";
constexpr bool is_told_as_cancelled(std::string_view message_id) {
  return message_id.starts_with(told_as_cancelled);
}
constexpr std::string_view background_in(std::string_view message_id) {
  if (is_told_as_cancelled(message_id)) message_id.remove_prefix(told_as_cancelled.size());
  return message_id.empty() ? std::string_view("[]") : message_id;
}

/// ref of an update that names a terminal of acpd's in its content, and of acpd's own updates with
/// the terminal's text, which follow it. v1 editors are shown the text and not the name; v2 editors
/// are told of the terminal itself, and shown the name and not the text (terminal_views.h).
inline constexpr std::int64_t names_terminal = 1;

/// ref of an update that tells the configuration options, and of them some that are true or false:
/// v1 editors are not sent these without the capability.
inline constexpr std::int64_t tells_boolean_options = 2;

enum class turn_state : std::uint8_t {
  queued,          // waits for the turn before it, or for the agent
  running,         // sent to the agent
  ended,           // the agent answered, or it was cancelled before it began
  interrupted,     // the agent ended in the middle
  outcome_unknown, // the agent ended while the prompt was being written to it
};

struct turn {
  std::int64_t id = 0;      // row
  std::uint64_t number = 0; // within the session, from 1; 0 while queued
  turn_state state{};
  std::string author; // bridge uuid or a plain connection's own
  std::string key;    // whose request it is: connection or bridge uuid, ":", n
  bool keyed = false; // the key is kept: asked again it is answered again
  std::uint64_t key_hash = 0;
  std::string prompt;  // session/prompt line, original bytes
  std::string outcome; // stop reason, or what is known of the interruption
  std::int64_t shim = 0;
  std::uint64_t sent_as = 0; // n, the JSON-RPC id that the agent sees
  std::int64_t created_ms = 0;
  std::int64_t ended_ms = 0;
  std::uint64_t started_seq = 0; // of turn_started; 0 if this daemon did not see it
  int attempts = 0;              // processes that ended before they had the prompt
  bool cancelled = false;        // session/cancel is on its way to the agent
  bool first = false;            // it was put before the others that wait
  // Of an agent of ACP v2, whose answer to the prompt only says that it took it:
  std::string message_id; // the prompt's, from the answer or its echo; empty: not taken yet
  bool inserted = false;  // the agent has answered the prompt
  bool echoed = false;    // its message stands in the log
  bool worked = false;    // the agent was seen to work since it took the prompt
  bool idled = false;     // it said to be idle since the prompt was sent, and did not end the turn
};

enum class question_state : std::uint8_t { pending, answered, cancelled, withdrawn };

/// What kind of answer a request of the agent needs, and so who gives it.
enum class question_kind : std::uint8_t {
  permission,  // a person
  elicitation, // a person
  file,        // fs/*: an editor or the disk
  terminal,    // terminal/*: the shim
  extension,   // _…: the editor of the turn's author
};

/// Which kind a request of the agent is; empty: a method that acpd does not know in that version.
std::optional<question_kind> asks_for(std::string_view method, protocol::acp_version version);

/// Is the answer a person's, and so the question in the log, shown to every editor?
constexpr bool asks_person(question_kind kind) {
  return kind == question_kind::permission || kind == question_kind::elicitation;
}

struct question {
  std::int64_t id = 0; // row
  question_kind kind{};
  question_state state{};
  protocol::acp_version version = protocol::acp_version::v1; // of line
  std::uint64_t turn = 0;                                    // number
  std::string method;
  std::string raw_id; // the agent's id, raw JSON
  std::string nonce;
  std::string line;    // the agent's request
  std::string outcome; // raw JSON of the result; empty for elicitations
  std::int64_t asked_ms = 0;
  std::int64_t settled_ms = 0;
};

/// Why a line goes to the agent, and so what its answer means.
enum class send_kind : std::uint8_t { notification, response, prompt, request, handshake };

/// A request to the agent that has not been answered.
struct call {
  send_kind kind{};
  std::int64_t ref = 0; // prompt: turn row; response: question row
  std::string key;      // request: whose
  bool keyed = false;
  std::string method;
  std::string params; // set_mode and set_config_option: what was asked for
};

enum class agent_state : std::uint8_t {
  none,     // no process
  starting, // a process is being started or does its handshake
  ready,    // takes prompts
};

/// What an agent of ACP v2 says of its foreground work (state_update).
enum class activity : std::uint8_t {
  idle, // also: it has not said anything
  running,
  requires_action,
  unknown, // a state that acpd does not know: not idle
};

} // namespace acpd::core
