#pragma once

#include "server/store/batch.h"
#include "server/store/connection.h"

namespace acpd::store {

// Every table's row ⇄ its struct in records.h. put: insert, or replace by id. read_*: from a query
// whose columns are the table's, in the order of the matching *_columns.

void put(connection& db, const entry& e);
void put(connection& db, const session_row& r); // never takes a tombstone back
void put(connection& db, const turn_row& r);
void put(connection& db, const question_row& r);
void put(connection& db, const outgoing_row& r);
void put(connection& db, const shim_row& r);
void put(connection& db, const key_row& r);
void put(connection& db, const fold_row& r);
void put(connection& db, const token_row& r);

// Columns of "SELECT " …; macros, because the cache of statements goes by the literal's address.
#define ACPD_ENTRY_COLUMNS                                                                         \
  "seq, kind, version, at_ms, turn, process, splice, ref, message_id, bytes"
#define ACPD_SESSION_COLUMNS                                                                       \
  "id, sid, agent, cwd, additional_dirs, title, agent_sid, modes, config_options, chosen, "        \
  "created_ms, updated_ms, turns, processes, closed, deleted, version, state, archived"
#define ACPD_TURN_COLUMNS                                                                          \
  "id, session, number, state, author, key, prompt, outcome, shim, sent_as, created_ms, "          \
  "ended_ms, message_id, progress"
#define ACPD_QUESTION_COLUMNS                                                                      \
  "id, session, shim, turn, state, method, raw_id, nonce, line, outcome, asked_ms, settled_ms"
#define ACPD_OUTGOING_COLUMNS "shim, n, kind, ref, key, method, line, secret"
#define ACPD_KEY_COLUMNS "key, hash, session, turn, seq, answered, answer, at_ms"
#define ACPD_TOKEN_COLUMNS "id, name, role, hash, created_ms, used_ms"
#define ACPD_SHIM_COLUMNS                                                                          \
  "id, session, agent, process, committed_offset, next_n, ready, pid, agent_pid, agent_group, "    \
  "agent_start"

entry read_entry(const query& q, std::int64_t session); // its views live until q's next row
session_row read_session(const query& q);
turn_row read_turn(const query& q);
question_row read_question(const query& q);
outgoing_row read_outgoing(const query& q);
shim_row read_shim(const query& q);
key_row read_key(const query& q);
token_row read_token(const query& q);

} // namespace acpd::store
