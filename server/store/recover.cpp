#include "server/store/recover.h"

#include "server/store/rows.h"

namespace acpd::store {
namespace {

void read_head(connection& db, session_state& s) {
  auto last = db.select("SELECT seq, at_ms FROM entries WHERE session = :session "
                        "ORDER BY seq DESC LIMIT 1",
                        s.row.id);
  if (!last.next()) return;
  s.head = last.natural(0);
  s.last_at_ms = last.integer(1);
  auto fold =
      db.select("SELECT coalesce(max(last_seq), 0) FROM folds WHERE session = :session", s.row.id);
  if (fold.next()) s.folded = fold.natural(0);
}

template <class Row>
std::vector<Row> all(query rows, Row (*read)(const query&)) {
  std::vector<Row> result;
  while (rows.next())
    result.push_back(read(rows));
  return result;
}

std::int64_t next_id(connection& db, std::string_view table) {
  auto row = db.select("SELECT seq FROM sqlite_sequence WHERE name = :table", table);
  return row.next() ? row.integer(0) + 1 : 1;
}

} // namespace

recovered recover_rows(connection& db) {
  recovered r;
  {
    auto rows =
        db.select("SELECT " ACPD_SESSION_COLUMNS " FROM sessions WHERE deleted = 0 ORDER BY id");
    while (rows.next())
      read_head(db, r.sessions.emplace_back(read_session(rows)));
  }
  // The conditions on state are those of the partial indexes.
  r.turns = all(db.select("SELECT " ACPD_TURN_COLUMNS " FROM turns WHERE state <= 2 AND session "
                          "IN (SELECT id FROM sessions WHERE deleted = 0) ORDER BY id"),
                read_turn);
  r.questions =
      all(db.select("SELECT " ACPD_QUESTION_COLUMNS " FROM questions WHERE state = 1 AND session "
                    "IN (SELECT id FROM sessions WHERE deleted = 0) ORDER BY id"),
          read_question);
  r.shims = all(db.select("SELECT " ACPD_SHIM_COLUMNS " FROM shims ORDER BY id"), read_shim);
  r.outgoing = all(db.select("SELECT " ACPD_OUTGOING_COLUMNS " FROM outgoing ORDER BY shim, n"),
                   read_outgoing);
  r.tokens = all(db.select("SELECT " ACPD_TOKEN_COLUMNS " FROM tokens ORDER BY id"), read_token);
  r.next_session = next_id(db, "sessions");
  r.next_turn = next_id(db, "turns");
  r.next_question = next_id(db, "questions");
  r.next_shim = next_id(db, "shims");
  r.next_token = next_id(db, "tokens");
  return r;
}

} // namespace acpd::store
