#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::store {

/// What a log entry is. Values are on disk: never renumber.
enum class entry_kind : std::uint8_t {
  update = 1,             // a session/update of the agent, original bytes
  user_message = 2,       // a session/update made of one block of a prompt; ref: turn row
  turn_started = 3,       // ref: turn row; bytes empty
  turn_ended = 4,         // ref: turn row; bytes: the agent's response line, or acpd's
  question_asked = 5,     // ref: question row; bytes: the agent's request line
  question_settled = 6,   // ref: question row
  own_update = 7,         // a session/update that acpd wrote itself (a turn was interrupted, …)
  agent_notification = 8, // any other notification of the agent for this session
  notice = 9,             // a `notice` update: live only, left out of loads
  gated = 10, // an update only for clients with a capability (compaction_*): else as update
  prompt_inserted = 11, // an agent of v2 has the prompt, as message_id; ref: turn row; bytes empty
};

/// ref of an own_update with a tool call's content as v1 can show it, in the place of the agent's
/// own (core::names_terminal).
inline constexpr std::int64_t stands_in = 1;

/// One entry of a session's log. `bytes` and `message_id` are views: they live as long as what they
/// were read from or are copied from.
struct entry {
  std::int64_t session = 0; // row id
  std::uint64_t seq = 0;    // from 1, without gaps
  entry_kind kind{};
  std::uint8_t version = 1;  // ACP version of the bytes; of a turn's entries: of its agent
  std::int64_t at_ms = 0;    // UTC; never below the entry before
  std::uint64_t turn = 0;    // number of the turn within the session; 0: none
  std::uint64_t process = 0; // which agent process of the session; user_message: hash of the author
  std::uint64_t splice = 0;  // protocol::splice, packed
  std::int64_t ref = 0;      // row that the entry is about; an update's: what is special of it
  std::string_view message_id;
  std::string_view bytes;
};

/// A session. Whole rows are written; all fields but id may change.
struct session_row {
  std::int64_t id = 0;
  std::string sid;   // acpd's session id, as every editor sees it
  std::string agent; // name in the configuration
  std::string cwd;
  std::string additional_dirs; // raw JSON array, or empty
  std::string title;
  std::string agent_sid; // the agent's own id, raw JSON string; empty: none yet
  std::string modes;     // raw JSON of the agent's last `modes`, current mode patched; or empty
  std::string config_options; // raw JSON array; or empty
  std::string chosen; // JSON: mode and options that a person chose, restored after a restart
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::uint64_t turns = 0;     // number of the last turn
  std::uint64_t processes = 0; // number of the last agent process
  bool closed = false;
  bool deleted = false;     // a tombstone: the rows go in slices
  std::uint8_t version = 1; // ACP version of the agent's last process, and of what it said here
  std::string state;        // v2: raw JSON of its last state_update; or empty
  bool archived = false;    // a person has put it away
};

enum class turn_state : std::uint8_t {
  queued = 1,
  running = 2,
  ended = 3,
  interrupted = 4,
  outcome_unknown = 5
};

struct turn_row {
  std::int64_t id = 0;
  std::int64_t session = 0;
  std::uint64_t number = 0; // within the session; 0 while queued
  turn_state state{};
  std::string author;        // bridge uuid, or connection id of a plain client
  std::string key;           // idempotency key of the prompt; may be empty
  std::string prompt;        // the editor's session/prompt line, original bytes
  std::string outcome;       // stop reason, or what is known of an interruption
  std::int64_t shim = 0;     // that it was sent to; 0: not sent
  std::uint64_t sent_as = 0; // n of the outgoing message, its JSON-RPC id
  std::int64_t created_ms = 0;
  std::int64_t ended_ms = 0;
  std::string message_id;    // v2 agents: of the prompt; empty: not taken
  std::uint8_t progress = 0; // bits of the core's: how far it is, its place (rows.cpp of net)
};

enum class question_state : std::uint8_t {
  pending = 1,
  answered = 2,
  cancelled = 3,
  withdrawn = 4
};

/// Anything an agent asked and that is not answered yet: permissions and elicitations, which people
/// answer, and fs and terminal requests, which are rows so that a restart does not forget them.
struct question_row {
  std::int64_t id = 0;
  std::int64_t session = 0;
  std::int64_t shim = 0;
  std::uint64_t turn = 0; // number within the session
  question_state state{};
  std::string method;
  std::string raw_id;  // the agent's request id, raw JSON
  std::string nonce;   // editors see acpd-<id>-<nonce>
  std::string line;    // the agent's request line, original bytes
  std::string outcome; // raw JSON of the result for permissions; empty for secrets
  std::int64_t asked_ms = 0;
  std::int64_t settled_ms = 0;
};

enum class outgoing_kind : std::uint8_t {
  notification = 1, // nothing comes back
  response = 2,     // to a request of the agent; ref: question row
  prompt = 3,       // ref: turn row
  request = 4,      // an editor's request passed on; key: whose
  handshake = 5,    // acpd's own: initialize, authenticate, session/new, load, set_mode …
};

/// A numbered line for the agent: kept until written and, for requests, until it is answered.
struct outgoing_row {
  std::int64_t shim = 0;
  std::uint64_t n = 0; // per shim, from 1; also the JSON-RPC id of requests
  outgoing_kind kind{};
  std::int64_t ref = 0;
  std::string key; // editor's idempotency key, for requests
  std::string method;
  std::string line;    // as it is sent, without newline; empty if it lies in secrets
  bool secret = false; // line lies in the secrets table under "outgoing:<shim>:<n>"
};

struct shim_row {
  std::int64_t id = 0;
  std::int64_t session = 0; // 0: a probe
  std::string agent;
  std::uint64_t process = 0; // number within the session
  std::uint64_t offset = 0;  // committed offset in the agent's stdout
  std::uint64_t next_n = 1;  // number of the next outgoing line
  bool ready = false;        // the handshake is done
  std::int32_t pid = 0;      // shim's
  std::int32_t agent_pid = 0;
  std::int32_t agent_group = 0;
  std::uint64_t agent_start = 0;
};

/// A request with an idempotency key. `answer` is the whole response line with id null.
struct key_row {
  std::string key;
  std::uint64_t hash = 0; // xxh3 of method and params
  std::int64_t session = 0;
  std::int64_t turn = 0; // of a prompt: turn row
  std::uint64_t seq = 0; // of an answered prompt: its turn_ended entry
  bool answered = false;
  std::string answer;
  std::int64_t at_ms = 0; // of the answer; goes 30 days after its session
};

enum class token_role : std::uint8_t {
  controller = 1, // everything that the user's own editor may do
  observer = 2,   // looks on
};

/// A token of remote clients. The token itself is nowhere: `hash` is SHA-256 of it.
struct token_row {
  std::int64_t id = 0;
  std::string name; // what people call it; no two are equal
  token_role role{};
  std::string hash; // 32 bytes
  std::int64_t created_ms = 0;
  std::int64_t used_ms = 0; // when it was last presented; 0: never
};

/// A part of a fold: consecutive frames, about 128 KiB of them.
struct fold_piece {
  std::string singles; // those of its frames of which only the session's last counts, encoded
  std::string frames;  // all of them, encoded (README, "Folds")
};

/// The compacted frames of entries [from, to]; a turn's, usually.
struct fold_row {
  std::int64_t session = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::vector<fold_piece> pieces;
};

} // namespace acpd::store
