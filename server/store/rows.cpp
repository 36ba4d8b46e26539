#include "server/store/rows.h"

namespace acpd::store {

void put(connection& db, const entry& e) {
  db.run("INSERT INTO entries (session, " ACPD_ENTRY_COLUMNS ") VALUES (:session, :seq, :kind, "
         ":version, :at_ms, :turn, :process, :splice, :ref, :message_id, :bytes)",
         e.session, e.seq, e.kind, e.version, e.at_ms, e.turn, e.process, e.splice, e.ref,
         e.message_id, blob{e.bytes});
}

entry read_entry(const query& q, std::int64_t session) {
  return {.session = session,
          .seq = q.natural(0),
          .kind = q.as<entry_kind>(1),
          .version = q.as<std::uint8_t>(2),
          .at_ms = q.integer(3),
          .turn = q.natural(4),
          .process = q.natural(5),
          .splice = q.natural(6),
          .ref = q.integer(7),
          .message_id = q.bytes(8),
          .bytes = q.bytes(9)};
}

void put(connection& db, const session_row& r) {
  db.run("INSERT INTO sessions (" ACPD_SESSION_COLUMNS ") VALUES (:id, :sid, :agent, :cwd, "
         ":additional_dirs, :title, :agent_sid, :modes, :config_options, :chosen, :created_ms, "
         ":updated_ms, :turns, :processes, :closed, :deleted, :version, :state, "
         ":archived) "
         "ON CONFLICT (id) DO UPDATE SET sid = excluded.sid, agent = excluded.agent, "
         "cwd = excluded.cwd, additional_dirs = excluded.additional_dirs, title = excluded.title, "
         "agent_sid = excluded.agent_sid, modes = excluded.modes, "
         "config_options = excluded.config_options, chosen = excluded.chosen, "
         "created_ms = excluded.created_ms, updated_ms = excluded.updated_ms, "
         "turns = excluded.turns, processes = excluded.processes, closed = excluded.closed, "
         "deleted = max(deleted, excluded.deleted), version = excluded.version, "
         "state = excluded.state, archived = excluded.archived",
         r.id, r.sid, r.agent, r.cwd, r.additional_dirs, r.title, r.agent_sid, r.modes,
         r.config_options, r.chosen, r.created_ms, r.updated_ms, r.turns, r.processes, r.closed,
         r.deleted, r.version, r.state, r.archived);
}

session_row read_session(const query& q) {
  return {.id = q.integer(0),
          .sid = q.text(1),
          .agent = q.text(2),
          .cwd = q.text(3),
          .additional_dirs = q.text(4),
          .title = q.text(5),
          .agent_sid = q.text(6),
          .modes = q.text(7),
          .config_options = q.text(8),
          .chosen = q.text(9),
          .created_ms = q.integer(10),
          .updated_ms = q.integer(11),
          .turns = q.natural(12),
          .processes = q.natural(13),
          .closed = q.integer(14) != 0,
          .deleted = q.integer(15) != 0,
          .version = q.as<std::uint8_t>(16),
          .state = q.text(17),
          .archived = q.integer(18) != 0};
}

void put(connection& db, const turn_row& r) {
  db.run("INSERT INTO turns (" ACPD_TURN_COLUMNS ") VALUES (:id, :session, :number, :state, "
         ":author, :key, :prompt, :outcome, :shim, :sent_as, :created_ms, :ended_ms, :message_id, "
         ":progress) "
         "ON CONFLICT (id) DO UPDATE SET session = excluded.session, number = excluded.number, "
         "state = excluded.state, author = excluded.author, key = excluded.key, "
         "prompt = excluded.prompt, outcome = excluded.outcome, shim = excluded.shim, "
         "sent_as = excluded.sent_as, created_ms = excluded.created_ms, "
         "ended_ms = excluded.ended_ms, message_id = excluded.message_id, "
         "progress = excluded.progress",
         r.id, r.session, r.number, r.state, r.author, r.key, blob{r.prompt}, r.outcome, r.shim,
         r.sent_as, r.created_ms, r.ended_ms, r.message_id, r.progress);
}

turn_row read_turn(const query& q) {
  return {.id = q.integer(0),
          .session = q.integer(1),
          .number = q.natural(2),
          .state = q.as<turn_state>(3),
          .author = q.text(4),
          .key = q.text(5),
          .prompt = q.text(6),
          .outcome = q.text(7),
          .shim = q.integer(8),
          .sent_as = q.natural(9),
          .created_ms = q.integer(10),
          .ended_ms = q.integer(11),
          .message_id = q.text(12),
          .progress = q.as<std::uint8_t>(13)};
}

void put(connection& db, const question_row& r) {
  db.run("INSERT INTO questions (" ACPD_QUESTION_COLUMNS ") VALUES (:id, :session, :shim, :turn, "
         ":state, :method, :raw_id, :nonce, :line, :outcome, :asked_ms, :settled_ms) "
         "ON CONFLICT (id) DO UPDATE SET session = excluded.session, shim = excluded.shim, "
         "turn = excluded.turn, state = excluded.state, method = excluded.method, "
         "raw_id = excluded.raw_id, nonce = excluded.nonce, line = excluded.line, "
         "outcome = excluded.outcome, asked_ms = excluded.asked_ms, "
         "settled_ms = excluded.settled_ms",
         r.id, r.session, r.shim, r.turn, r.state, r.method, r.raw_id, r.nonce, blob{r.line},
         r.outcome, r.asked_ms, r.settled_ms);
}

question_row read_question(const query& q) {
  return {.id = q.integer(0),
          .session = q.integer(1),
          .shim = q.integer(2),
          .turn = q.natural(3),
          .state = q.as<question_state>(4),
          .method = q.text(5),
          .raw_id = q.text(6),
          .nonce = q.text(7),
          .line = q.text(8),
          .outcome = q.text(9),
          .asked_ms = q.integer(10),
          .settled_ms = q.integer(11)};
}

void put(connection& db, const outgoing_row& r) {
  db.run("INSERT INTO outgoing (" ACPD_OUTGOING_COLUMNS ") VALUES (:shim, :n, :kind, :ref, :key, "
         ":method, :line, :secret) "
         "ON CONFLICT (shim, n) DO UPDATE SET kind = excluded.kind, ref = excluded.ref, "
         "key = excluded.key, method = excluded.method, line = excluded.line, "
         "secret = excluded.secret",
         r.shim, r.n, r.kind, r.ref, r.key, r.method, blob{r.line}, r.secret);
}

outgoing_row read_outgoing(const query& q) {
  return {.shim = q.integer(0),
          .n = q.natural(1),
          .kind = q.as<outgoing_kind>(2),
          .ref = q.integer(3),
          .key = q.text(4),
          .method = q.text(5),
          .line = q.text(6),
          .secret = q.integer(7) != 0};
}

void put(connection& db, const shim_row& r) {
  db.run("INSERT INTO shims (" ACPD_SHIM_COLUMNS ") VALUES (:id, :session, :agent, :process, "
         ":committed_offset, :next_n, :ready, :pid, :agent_pid, :agent_group, :agent_start) "
         "ON CONFLICT (id) DO UPDATE SET session = excluded.session, agent = excluded.agent, "
         "process = excluded.process, committed_offset = excluded.committed_offset, "
         "next_n = excluded.next_n, ready = excluded.ready, pid = excluded.pid, "
         "agent_pid = excluded.agent_pid, agent_group = excluded.agent_group, "
         "agent_start = excluded.agent_start",
         r.id, r.session, r.agent, r.process, r.offset, r.next_n, r.ready, r.pid, r.agent_pid,
         r.agent_group, r.agent_start);
}

shim_row read_shim(const query& q) {
  return {.id = q.integer(0),
          .session = q.integer(1),
          .agent = q.text(2),
          .process = q.natural(3),
          .offset = q.natural(4),
          .next_n = q.natural(5),
          .ready = q.integer(6) != 0,
          .pid = q.as<std::int32_t>(7),
          .agent_pid = q.as<std::int32_t>(8),
          .agent_group = q.as<std::int32_t>(9),
          .agent_start = q.natural(10)};
}

void put(connection& db, const key_row& r) {
  db.run("INSERT INTO keys (" ACPD_KEY_COLUMNS ") VALUES (:key, :hash, :session, :turn, :seq, "
         ":answered, :answer, :at_ms) "
         "ON CONFLICT (key) DO UPDATE SET hash = excluded.hash, session = excluded.session, "
         "turn = excluded.turn, seq = excluded.seq, answered = excluded.answered, "
         "answer = excluded.answer, at_ms = excluded.at_ms",
         r.key, r.hash, r.session, r.turn, r.seq, r.answered, blob{r.answer}, r.at_ms);
}

key_row read_key(const query& q) {
  return {.key = q.text(0),
          .hash = q.natural(1),
          .session = q.integer(2),
          .turn = q.integer(3),
          .seq = q.natural(4),
          .answered = q.integer(5) != 0,
          .answer = q.text(6),
          .at_ms = q.integer(7)};
}

void put(connection& db, const token_row& r) {
  db.run("INSERT INTO tokens (" ACPD_TOKEN_COLUMNS ") VALUES (:id, :name, :role, :hash, "
         ":created_ms, :used_ms) "
         "ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role, "
         "hash = excluded.hash, created_ms = excluded.created_ms, used_ms = excluded.used_ms",
         r.id, r.name, r.role, blob{r.hash}, r.created_ms, r.used_ms);
}

token_row read_token(const query& q) {
  return {.id = q.integer(0),
          .name = q.text(1),
          .role = q.as<token_role>(2),
          .hash = q.text(3),
          .created_ms = q.integer(4),
          .used_ms = q.integer(5)};
}

void put(connection& db, const fold_row& r) {
  // Folds within this one would break the chain that a load follows.
  db.run("DELETE FROM folds WHERE session = :session AND last_seq BETWEEN :from AND :to "
         "AND first_seq >= :from",
         r.session, r.from, r.to);
  std::uint64_t number = 0;
  for (const fold_piece& p : r.pieces)
    db.run("INSERT INTO folds (session, first_seq, last_seq, piece, singles, frames) "
           "VALUES (:session, :first_seq, :last_seq, :piece, :singles, :frames)",
           r.session, r.from, r.to, number++, blob{p.singles}, blob{p.frames});
}

} // namespace acpd::store
