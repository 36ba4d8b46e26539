#pragma once

#include "protocol/envelope.h"
#include "server/core/types.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace acpd::core {

/// A prompt of a client. New: replays of a known key are answered before they come here.
struct prompt_in {
  std::string_view line;
  const protocol::envelope& e;
  std::string author, key;
  bool keyed;
  std::uint64_t key_hash;
  std::int64_t turn_id; // row id to use
};

/// session/cancel. `seen`: what the sender's cursor is at, so that a late cancel hits nothing
/// newer.
struct cancel_in {
  std::string_view author;
  std::uint64_t seen;
};

/// A request to be passed on to the agent: set_mode, set_config_option, _…
struct request_in {
  std::string_view line;
  const protocol::envelope& e;
  std::string key;
  bool keyed;
};

/// A notification to be passed on to the agent: _…
struct notification_in {
  std::string_view line;
  const protocol::envelope& e;
};

/// $/cancel_request for a request of `key`.
struct cancel_request_in {
  std::string_view key;
};

/// An answer to a question: a result or an error, raw JSON, in the agent's words; exactly one is
/// given. `by`: the version of who answers, since "cancelled" is an answer in v2, and in v1 it
/// only says that this editor shows the question no more.
struct answer_in {
  std::int64_t question;
  std::string_view result, error;
  protocol::acp_version by = protocol::acp_version::v1;
};

/// One line of the agent.
struct agent_line {
  std::string_view line;
  const protocol::envelope& e;
  std::int64_t question_id; // row id to use if it turns out to be a request
  std::string_view nonce;   // for the same
};

/// The agent takes prompts now: new or restored. Values are raw JSON; empty: the agent gave none.
struct agent_ready {
  std::string agent_sid;
  std::string modes, config_options;
  bool fresh_after_loss; // the agent's own memory of the session could not be restored
  protocol::acp_version version = protocol::acp_version::v1; // that it speaks
  std::string commands{};                                    // v2: availableCommands, raw array
};

/// No agent could be started: fit to show. `error`: the agent's own JSON-RPC error, if there is
/// one. `lost_choice`: because a mode or option could not be restored; it is not asked for again.
struct agent_failed {
  std::string text;
  std::string error;
  bool lost_choice;
};

/// The agent has ended. `how` reads after "the agent": "ended (exit code 1)".
struct agent_exited {
  std::string how;
  std::uint64_t started, written; // of the numbered lines
};

/// Lines up to `written` are in the agent's stdin.
struct agent_progress {
  std::uint64_t written;
};

/// The agent has a terminal: its number, its command line and where it runs.
struct terminal_started {
  std::uint64_t terminal;
  std::string_view command;
  std::string_view cwd = {};
};

/// What a terminal has written: when it ended, was asked for by read_terminal, or now and then.
struct terminal_output {
  std::uint64_t terminal;
  std::string_view output;
  std::string_view how;                  // it ended: "exit code 1"; empty: it runs
  bool truncated;                        // output is not all of it
  std::optional<std::int64_t> code = {}; // it ended, and how is known: this
  std::string_view signal = {};          // or that
};

/// A prompt that waits gets another text, or is withdrawn. Nothing happens when it has started: the
/// caller looks first.
struct edit_queued {
  std::int64_t turn;       // row
  std::string_view prompt; // raw JSON: content blocks
};
struct remove_queued {
  std::int64_t turn;
};

/// A prompt that waits goes before the others, which stay as they are, and what runs is cancelled.
struct run_now {
  std::int64_t turn;
};

/// A person gives the session another title. `told`: the agent has session/set_title.
struct rename_in {
  std::string_view title;
  bool told = false;
};

struct close_in {};  // stop the turn and the agent
struct delete_in {}; // close, and forget everything

using event = std::variant<prompt_in, cancel_in, request_in, notification_in, cancel_request_in,
                           answer_in, agent_line, agent_ready, agent_failed, agent_exited,
                           agent_progress, terminal_started, terminal_output, edit_queued,
                           remove_queued, run_now, rename_in, close_in, delete_in>;

} // namespace acpd::core
