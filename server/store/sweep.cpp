#include "server/store/sweep.h"

#include <array>

namespace acpd::store {
namespace {

#define ACPD_SWEEP(table)                                                                          \
  "DELETE FROM " table " WHERE rowid IN (SELECT rowid FROM " table " WHERE session IN "            \
  "(SELECT id FROM sessions WHERE deleted = 1) LIMIT :left)"

/// Everything of a session but its keys. `epochs` has no rowid; its rows are few.
constexpr std::array content = {ACPD_SWEEP("entries"), ACPD_SWEEP("folds"), ACPD_SWEEP("turns"),
                                ACPD_SWEEP("questions")};

std::size_t sweep_content(connection& db, std::size_t limit) {
  std::size_t removed = 0;
  for (const char* sql : content)
    if (removed < limit) removed += db.run(sql, limit - removed);
  return removed;
}

std::size_t sweep_keys(connection& db, std::size_t limit, std::int64_t before_ms) {
  std::size_t removed =
      db.run("DELETE FROM keys WHERE rowid IN (SELECT keys.rowid FROM keys JOIN sessions "
             "ON sessions.id = keys.session WHERE sessions.deleted = 1 AND sessions.buried_ms > 0 "
             "AND sessions.buried_ms <= :before LIMIT :left)",
             before_ms, limit);
  // Those of no session (authenticate, …) go by their own time.
  if (removed < limit)
    removed += db.run("DELETE FROM keys WHERE rowid IN (SELECT rowid FROM keys WHERE session = 0 "
                      "AND at_ms > 0 AND at_ms <= :before LIMIT :left)",
                      before_ms, limit - removed);
  return removed;
}

} // namespace

swept sweep_slice(connection& db, std::size_t limit, std::int64_t now_ms) {
  const std::int64_t before_ms = now_ms - key_lifetime_ms;
  db.run("UPDATE sessions SET buried_ms = :now WHERE deleted = 1 AND buried_ms = 0", now_ms);
  std::size_t removed = sweep_content(db, limit);
  if (removed < limit) removed += sweep_keys(db, limit - removed, before_ms);
  if (removed >= limit) return {removed};
  db.run("DELETE FROM epochs WHERE session IN (SELECT id FROM sessions WHERE deleted = 1)");
  // The tombstone is the last: it is what says until when the keys are kept.
  db.run("DELETE FROM sessions WHERE deleted = 1 AND buried_ms > 0 AND buried_ms <= :before",
         before_ms);
  return {removed};
}

} // namespace acpd::store
