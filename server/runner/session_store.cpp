#include "server/runner/session_store.h"

namespace acpd::runner {
namespace {

session_row row_of(const statement& s) {
  return {.row = s.integer(0),
          .id = s.text(1),
          .cwd = s.text(2),
          .title = s.text(3),
          .updated_at = s.text(4)};
}

} // namespace

void session_store::add(const std::string& id, const std::string& cwd) {
  db_.prepare("INSERT INTO sessions (id, cwd, updated_at) "
              "VALUES (:id, :cwd, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))")
      .bind(":id", id)
      .bind(":cwd", cwd)
      .run();
}

std::optional<session_row> session_store::find(const std::string& id) {
  auto s = db_.prepare("SELECT rowid, id, cwd, title, updated_at FROM sessions WHERE id = :id");
  if (!s.bind(":id", id).step()) return std::nullopt;
  return row_of(s);
}

void session_store::set_cwd(const std::string& id, const std::string& cwd) {
  db_.prepare("UPDATE sessions SET cwd = :cwd WHERE id = :id AND cwd <> :cwd")
      .bind(":id", id)
      .bind(":cwd", cwd)
      .run();
}

void session_store::set_title(const std::string& id, const std::string& title) {
  db_.prepare("UPDATE sessions SET title = :title, "
              "updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = :id")
      .bind(":id", id)
      .bind(":title", title)
      .run();
}

std::vector<session_row> session_store::list(std::int64_t before, const std::string& cwd,
                                             int limit) {
  auto s = db_.prepare("SELECT rowid, id, cwd, title, updated_at FROM sessions "
                       "WHERE rowid < :before AND (:cwd = '' OR cwd = :cwd) "
                       "ORDER BY rowid DESC LIMIT :limit");
  s.bind(":before", before).bind(":cwd", cwd).bind(":limit", limit);
  std::vector<session_row> rows;
  while (s.step())
    rows.push_back(row_of(s));
  return rows;
}

void session_store::remove(const std::string& id) {
  transaction all(db_);
  for (auto* sql : {"DELETE FROM items WHERE job IN (SELECT id FROM jobs WHERE session = :id)",
                    "DELETE FROM failures WHERE job IN (SELECT id FROM jobs WHERE session = :id)",
                    "DELETE FROM jobs WHERE session = :id", "DELETE FROM sessions WHERE id = :id"})
    db_.prepare(sql).bind(":id", id).run();
  all.commit();
}

} // namespace acpd::runner
