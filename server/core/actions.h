#pragma once

#include "protocol/splice.h"
#include "server/core/types.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace acpd::core {

// What a step wants done, in this order. Everything that is written belongs to one transaction, and
// everything that somebody can see happens after it is committed.

/// Append to the log: bytes of the event's own line (a view, valid as long as the event's).
struct log_line {
  entry_kind kind;
  std::string_view line;
  protocol::splice where;
  std::string_view message_id;
  std::uint64_t seq, turn, process;
  std::int64_t ref = 0;
  protocol::acp_version version = protocol::acp_version::v1; // of line; see log_own
};

/// Append to the log: a line that acpd made. `version` is the line's; of turn_started, turn_ended
/// and prompt_inserted it is that of the agent that says in updates of its own what its state is.
/// (turn_ended's line is ACP v1's response in any case.)
struct log_own {
  entry_kind kind;
  std::string line;
  protocol::splice where;
  std::uint64_t seq, turn, process;
  std::int64_t ref = 0;
  protocol::acp_version version = protocol::acp_version::v1;
  std::string message_id{};
};

struct save_session {}; // the session's row
struct save_turn {
  turn value;
};
struct save_question {
  question value;
};
struct erase_question {
  std::int64_t id;
};
/// The answer to a request of `key`: a whole response line with id null. Kept if `keyed`.
/// For prompts the editors get it from the log instead; `turn` and `seq` say where.
struct save_answer {
  std::string key;
  bool keyed;
  std::uint64_t hash;
  std::string line; // empty: accepted, not answered yet
  std::int64_t turn = 0;
  std::uint64_t seq = 0;
};
struct durable {}; // the commit must be synced

/// A numbered line for the agent.
struct send {
  std::uint64_t n;
  send_kind kind;
  std::int64_t ref = 0;
  std::string key;
  bool keyed = false;
  std::string method;
  std::string line;
  bool secret = false;
};
struct forget_sent {
  std::uint64_t n;
}; // it is written, or answered

struct start_agent {};
struct stop_agent {};
struct ask {
  question value;
}; // file, terminal, extension: somebody must do it
/// Someone is to see what this terminal has written so far: terminal_output, please.
struct read_terminal {
  std::uint64_t terminal;
};
/// What is shown of the process's terminals, for the next daemon; empty: nothing any more.
struct save_terminals {
  std::string state;
};
struct turn_closed {
  std::uint64_t from, to;
}; // entries of an ended turn: fold them
struct bury {}; // delete everything of the session

using action = std::variant<log_line, log_own, save_session, save_turn, save_question,
                            erase_question, save_answer, durable, send, forget_sent, start_agent,
                            stop_agent, ask, read_terminal, save_terminals, turn_closed, bury>;
using actions = std::vector<action>;

} // namespace acpd::core
