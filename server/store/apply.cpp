#include "server/store/apply.h"

#include "server/store/rows.h"

namespace acpd::store {
namespace {

/// Owners "<prefix>…", where the prefix ends in ':': ';' is the character behind ':'.
bool erase_secrets_below(connection& db, const std::string& prefix) {
  const std::string end = prefix.substr(0, prefix.size() - 1) + ";";
  return db.run("DELETE FROM secrets WHERE owner >= :prefix AND owner < :end", prefix, end) > 0;
}

bool erase_secrets_of(connection& db, std::string_view owner) {
  return db.run("DELETE FROM secrets WHERE owner = :owner", owner) > 0;
}

std::string outgoing_owner(std::int64_t shim) { return "outgoing:" + std::to_string(shim) + ":"; }

template <class Row>
  requires requires(connection& db, const Row& row) { put(db, row); }
bool apply_one(connection& db, const Row& row) {
  put(db, row);
  return false;
}

/// Its number is never used again, also by a daemon that finds no row of it: the shim would take
/// the new line for the old one, and drop it.
bool apply_one(connection& db, const erase_outgoing& o) {
  db.run("UPDATE shims SET next_n = max(next_n, :next_n) WHERE id = :shim", o.n + 1, o.shim);
  db.run("DELETE FROM outgoing WHERE shim = :shim AND n = :n", o.shim, o.n);
  return erase_secrets_of(db, outgoing_owner(o.shim) + std::to_string(o.n));
}

bool apply_one(connection& db, const erase_shim& o) {
  db.run("DELETE FROM outgoing WHERE shim = :shim", o.shim);
  db.run("DELETE FROM shims WHERE id = :shim", o.shim);
  return erase_secrets_below(db, outgoing_owner(o.shim));
}

bool apply_one(connection& db, const set_offset& o) {
  db.run("UPDATE shims SET committed_offset = :offset, next_n = :next_n WHERE id = :shim", o.offset,
         o.next_n, o.shim);
  return false;
}

bool apply_one(connection& db, const put_secret& o) {
  // A value that is replaced is one that is erased.
  const bool replaces = erase_secrets_of(db, o.owner);
  db.run("INSERT INTO secrets (owner, bytes) VALUES (:owner, :bytes)", o.owner, blob{o.bytes});
  return replaces;
}

bool apply_one(connection& db, const erase_secrets& o) { return erase_secrets_of(db, o.owner); }

bool apply_one(connection& db, const erase_question& o) {
  db.run("DELETE FROM questions WHERE id = :id", o.id);
  return false;
}

bool apply_one(connection& db, const erase_token& o) {
  // Counts as a secret: what was revoked is in no file any more a moment later.
  return db.run("DELETE FROM tokens WHERE id = :id", o.id) > 0;
}

bool apply_one(connection& db, const copy_log& o) {
  db.run("INSERT INTO entries (session, " ACPD_ENTRY_COLUMNS ") SELECT :to, " ACPD_ENTRY_COLUMNS
         " FROM entries WHERE session = :from AND seq <= :upto ORDER BY seq",
         o.to, o.from, o.upto);
  db.run("INSERT INTO folds (session, first_seq, last_seq, piece, singles, frames) "
         "SELECT :to, first_seq, last_seq, piece, singles, frames FROM folds "
         "WHERE session = :from AND last_seq <= :upto",
         o.to, o.from, o.upto);
  return false;
}

/// The shims' rows stay until erase_shim: a daemon that dies now must still find the processes.
/// Their secret lines go, because their bytes do.
bool apply_one(connection& db, const bury_session& o) {
  db.run("UPDATE sessions SET deleted = 1 WHERE id = :session", o.session);
  const std::string owner = "session:" + std::to_string(o.session);
  bool erased = erase_secrets_of(db, owner);
  erased |= erase_secrets_below(db, owner + ":");
  std::vector<std::int64_t> shims;
  {
    auto rows = db.select("SELECT id FROM shims WHERE session = :session", o.session);
    while (rows.next())
      shims.push_back(rows.integer(0));
  }
  for (const auto shim : shims) {
    db.run("DELETE FROM outgoing WHERE shim = :shim AND secret = 1", shim);
    erased |= erase_secrets_below(db, outgoing_owner(shim));
  }
  return erased;
}

} // namespace

bool apply(connection& db, const operation& op) {
  return std::visit([&](const auto& one) { return apply_one(db, one); }, op);
}

} // namespace acpd::store
