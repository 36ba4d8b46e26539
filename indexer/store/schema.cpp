#include "indexer/store/schema.h"

#include <string>

namespace acpd::index {
namespace {

// file.docs is what the catalog knows of the file's chunks: a start reads these, not all chunks.
// `doc` is never used again after its chunk is gone: postings may still name it until the next
// merge. The same holds for file.id.
constexpr const char* tables = R"sql(
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE file (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  language TEXT NOT NULL,
  state INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  size INTEGER NOT NULL,
  changed_ns INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  path_words INTEGER NOT NULL,
  imports BLOB NOT NULL,
  docs BLOB NOT NULL
) STRICT;

CREATE TABLE chunk (
  doc INTEGER PRIMARY KEY,
  file INTEGER NOT NULL,
  id INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  begin_byte INTEGER NOT NULL,
  end_byte INTEGER NOT NULL,
  first_line INTEGER NOT NULL,
  last_line INTEGER NOT NULL,
  name TEXT NOT NULL,
  qname TEXT NOT NULL,
  symbols BLOB NOT NULL
) STRICT;
CREATE INDEX chunk_file ON chunk (file);

CREATE TABLE segment (
  id INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  docs INTEGER NOT NULL
) STRICT;

CREATE TABLE block (
  id INTEGER PRIMARY KEY,
  segment INTEGER NOT NULL,
  first BLOB NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE INDEX block_segment ON block (segment);
)sql";

int stored_version(connection& db) {
  auto row = db.select("PRAGMA user_version");
  return row.next() ? row.as<int>(0) : 0;
}

bool is_empty(connection& db) {
  auto row = db.select("SELECT count(*) FROM sqlite_schema");
  return row.next() && row.integer(0) == 0;
}

} // namespace

bool prepare_schema(connection& db) {
  if (const int version = stored_version(db); version != 0) return version == schema_version;
  if (!is_empty(db)) return false;
  transaction t(db);
  db.execute(tables);
  db.execute(("PRAGMA user_version=" + std::to_string(schema_version)).c_str());
  t.commit();
  return true;
}

} // namespace acpd::index
