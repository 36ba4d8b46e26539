#include "server/net/rows.h"

#include "protocol/envelope.h"
#include "server/net/agent_link.h"

namespace acpd::net {

store::entry_kind to_store(core::entry_kind kind) {
  switch (kind) {
  case core::entry_kind::update: return store::entry_kind::update;
  case core::entry_kind::user_message: return store::entry_kind::user_message;
  case core::entry_kind::turn_started: return store::entry_kind::turn_started;
  case core::entry_kind::turn_ended: return store::entry_kind::turn_ended;
  case core::entry_kind::question_asked: return store::entry_kind::question_asked;
  case core::entry_kind::question_settled: return store::entry_kind::question_settled;
  case core::entry_kind::own_update: return store::entry_kind::own_update;
  case core::entry_kind::agent_notification: return store::entry_kind::agent_notification;
  case core::entry_kind::notice: return store::entry_kind::notice;
  case core::entry_kind::gated: return store::entry_kind::gated;
  case core::entry_kind::prompt_inserted: return store::entry_kind::prompt_inserted;
  }
  return store::entry_kind::update;
}

std::string_view name_of(store::entry_kind kind) {
  switch (kind) {
  case store::entry_kind::update: return "update";
  case store::entry_kind::user_message: return "user_message";
  case store::entry_kind::turn_started: return "turn_started";
  case store::entry_kind::turn_ended: return "turn_ended";
  case store::entry_kind::question_asked: return "question_asked";
  case store::entry_kind::question_settled: return "question_settled";
  case store::entry_kind::own_update: return "own_update";
  case store::entry_kind::agent_notification: return "agent_notification";
  case store::entry_kind::notice: return "notice";
  case store::entry_kind::gated: return "update";
  case store::entry_kind::prompt_inserted: return "prompt_inserted";
  }
  return "update";
}

store::outgoing_kind to_store(core::send_kind kind) {
  switch (kind) {
  case core::send_kind::notification: return store::outgoing_kind::notification;
  case core::send_kind::response: return store::outgoing_kind::response;
  case core::send_kind::prompt: return store::outgoing_kind::prompt;
  case core::send_kind::request: return store::outgoing_kind::request;
  case core::send_kind::handshake: return store::outgoing_kind::handshake;
  }
  return store::outgoing_kind::notification;
}

core::send_kind from_store(store::outgoing_kind kind) {
  switch (kind) {
  case store::outgoing_kind::notification: return core::send_kind::notification;
  case store::outgoing_kind::response: return core::send_kind::response;
  case store::outgoing_kind::prompt: return core::send_kind::prompt;
  case store::outgoing_kind::request: return core::send_kind::request;
  case store::outgoing_kind::handshake: return core::send_kind::handshake;
  }
  return core::send_kind::notification;
}

static_assert(store::stands_in == core::names_terminal);

namespace {

/// A title that is owed is one more thing that a person chose: the row has the title itself.
constexpr std::string_view owed_title = "session/set_title";

std::string chosen_json(const core::session_seed& s) {
  std::string out = "[";
  if (s.title_owed) out += R"({"method":)" + protocol::quoted(owed_title) + "}";
  for (const core::choice& c : s.chosen) {
    if (out.size() > 1) out += ',';
    out += R"({"method":)" + protocol::quoted(c.method) + R"(,"params":)" + c.params;
    if (c.version == protocol::acp_version::v2) out += R"(,"version":2)";
    out += "}";
  }
  return out + "]";
}

store::turn_state to_store(core::turn_state state) {
  switch (state) {
  case core::turn_state::queued: return store::turn_state::queued;
  case core::turn_state::running: return store::turn_state::running;
  case core::turn_state::ended: return store::turn_state::ended;
  case core::turn_state::interrupted: return store::turn_state::interrupted;
  case core::turn_state::outcome_unknown: return store::turn_state::outcome_unknown;
  }
  return store::turn_state::ended;
}

store::question_state to_store(core::question_state state) {
  switch (state) {
  case core::question_state::pending: return store::question_state::pending;
  case core::question_state::answered: return store::question_state::answered;
  case core::question_state::cancelled: return store::question_state::cancelled;
  case core::question_state::withdrawn: return store::question_state::withdrawn;
  }
  return store::question_state::pending;
}

} // namespace

store::session_row session_row_of(const session_host& host) {
  const core::session_seed& s = host.core.data();
  store::session_row row;
  row.id = s.id;
  row.sid = s.sid;
  row.agent = s.agent;
  row.cwd = s.cwd;
  row.additional_dirs = s.additional_dirs;
  row.title = s.title;
  row.agent_sid = s.agent_sid;
  row.modes = s.modes;
  row.config_options = s.config_options;
  row.chosen = s.chosen.empty() && !s.title_owed ? std::string() : chosen_json(s);
  row.created_ms = host.created_ms;
  row.updated_ms = host.updated_ms;
  row.turns = s.turns;
  row.processes = s.processes;
  row.closed = s.closed;
  row.archived = host.archived;
  row.version = static_cast<std::uint8_t>(s.version);
  row.state = s.state;
  return row;
}

namespace {

// store::turn_row::progress. Values are on disk: never renumber.
enum progress : std::uint8_t { inserted = 1, echoed = 2, worked = 4, idled = 8, first = 16 };

std::uint8_t progress_of(const core::turn& t) {
  return static_cast<std::uint8_t>((t.inserted ? inserted : 0) | (t.echoed ? echoed : 0) |
                                   (t.worked ? worked : 0) | (t.idled ? idled : 0) |
                                   (t.first ? first : 0));
}

} // namespace

core::session_seed seed_of(const store::session_state& found) {
  const store::session_row& row = found.row;
  core::session_seed s;
  s.id = row.id;
  s.sid = row.sid;
  s.agent = row.agent;
  s.cwd = row.cwd;
  s.additional_dirs = row.additional_dirs;
  s.title = row.title;
  s.agent_sid = row.agent_sid;
  s.modes = row.modes;
  s.config_options = row.config_options;
  s.head = found.head;
  s.turns = row.turns;
  s.processes = row.processes;
  s.closed = row.closed;
  s.version = static_cast<protocol::acp_version>(row.version);
  s.state = row.state;
  if (!row.chosen.empty())
    protocol::for_each_element(row.chosen, [&](std::string_view c) {
      const std::string method = protocol::unquote(protocol::member(c, "method"));
      if (method == owed_title)
        s.title_owed = true;
      else
        s.chosen.push_back({method, std::string(protocol::member(c, "params")),
                            protocol::member(c, "version") == "2" ? protocol::acp_version::v2
                                                                  : protocol::acp_version::v1});
    });
  return s;
}

store::turn_row turn_row_of(const core::turn& t, std::int64_t session) {
  store::turn_row row;
  row.id = t.id;
  row.session = session;
  row.number = t.number;
  row.state = to_store(t.state);
  row.author = t.author;
  row.key = t.keyed ? t.key : std::string(); // else nobody can ask again
  row.prompt = t.prompt;
  row.outcome = t.cancelled && t.state == core::turn_state::running ? "cancelling" : t.outcome;
  row.shim = t.shim;
  row.sent_as = t.sent_as;
  row.created_ms = t.created_ms;
  row.ended_ms = t.ended_ms;
  row.message_id = t.message_id;
  row.progress = progress_of(t);
  return row;
}

core::turn turn_of(const store::turn_row& row) {
  core::turn t;
  t.id = row.id;
  t.number = row.number;
  t.state = row.state == store::turn_state::running ? core::turn_state::running
                                                    : core::turn_state::queued;
  t.author = row.author;
  t.key = row.key;
  t.keyed = !row.key.empty();
  t.prompt = row.prompt;
  t.cancelled = row.outcome == "cancelling";
  t.shim = row.shim;
  t.sent_as = row.sent_as;
  t.created_ms = row.created_ms;
  t.message_id = row.message_id;
  t.inserted = row.progress & inserted;
  t.echoed = row.progress & echoed;
  t.worked = row.progress & worked;
  t.idled = row.progress & idled;
  t.first = row.progress & first;
  return t;
}

store::question_row question_row_of(const core::question& q, const session_host& host) {
  store::question_row row;
  row.id = q.id;
  row.session = host.core.data().id;
  row.shim = host.agent ? host.agent->id() : 0;
  row.turn = q.turn;
  row.state = to_store(q.state);
  row.method = q.method;
  row.raw_id = q.raw_id;
  row.nonce = q.nonce;
  row.line = q.line;
  row.outcome = q.outcome;
  row.asked_ms = q.asked_ms;
  row.settled_ms = q.settled_ms;
  return row;
}

core::question question_of(const store::question_row& row, protocol::acp_version version) {
  core::question q;
  q.id = row.id;
  q.version = version;
  q.kind = core::asks_for(row.method, version).value_or(core::question_kind::extension);
  q.turn = row.turn;
  q.method = row.method;
  q.raw_id = row.raw_id;
  q.nonce = row.nonce;
  q.line = row.line;
  q.asked_ms = row.asked_ms;
  return q;
}

std::string outgoing_owner(std::int64_t shim, std::uint64_t n) {
  return "outgoing:" + std::to_string(shim) + ":" + std::to_string(n);
}

std::string terminals_owner(std::int64_t shim) {
  return outgoing_owner(shim, 0); // lines are numbered from 1
}

std::string index_owner(std::int64_t shim) {
  return "outgoing:" + std::to_string(shim) + ":index"; // goes with the shim's row, as those do
}

} // namespace acpd::net
