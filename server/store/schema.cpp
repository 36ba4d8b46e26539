#include "server/store/schema.h"

#include <array>
#include <sqlite3.h>

namespace acpd::store {
namespace {

// AUTOINCREMENT where an id is seen outside: it is never used again, also after its row is gone.
constexpr const char* version_1 = R"sql(
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE epochs (
  epoch TEXT NOT NULL,
  session INTEGER NOT NULL,
  head INTEGER NOT NULL,
  PRIMARY KEY (epoch, session)
) STRICT, WITHOUT ROWID;
CREATE INDEX epochs_session ON epochs (session);

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sid TEXT NOT NULL UNIQUE,
  agent TEXT NOT NULL,
  cwd TEXT NOT NULL,
  additional_dirs TEXT NOT NULL,
  title TEXT NOT NULL,
  agent_sid TEXT NOT NULL,
  modes TEXT NOT NULL,
  config_options TEXT NOT NULL,
  chosen TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  turns INTEGER NOT NULL,
  processes INTEGER NOT NULL,
  closed INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  buried_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sessions_deleted ON sessions (id) WHERE deleted = 1;

CREATE TABLE entries (
  session INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  version INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  process INTEGER NOT NULL,
  splice INTEGER NOT NULL,
  ref INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (session, seq)
) STRICT;

CREATE TABLE folds (
  session INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  piece INTEGER NOT NULL,
  singles BLOB NOT NULL,
  frames BLOB NOT NULL,
  UNIQUE (session, last_seq, piece)
) STRICT;

CREATE TABLE turns (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session INTEGER NOT NULL,
  number INTEGER NOT NULL,
  state INTEGER NOT NULL,
  author TEXT NOT NULL,
  key TEXT NOT NULL,
  prompt BLOB NOT NULL,
  outcome TEXT NOT NULL,
  shim INTEGER NOT NULL,
  sent_as INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX turns_session ON turns (session);
CREATE INDEX turns_open ON turns (id) WHERE state <= 2;

CREATE TABLE questions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session INTEGER NOT NULL,
  shim INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  state INTEGER NOT NULL,
  method TEXT NOT NULL,
  raw_id TEXT NOT NULL,
  nonce TEXT NOT NULL,
  line BLOB NOT NULL,
  outcome TEXT NOT NULL,
  asked_ms INTEGER NOT NULL,
  settled_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX questions_session ON questions (session);
CREATE INDEX questions_pending ON questions (id) WHERE state = 1;

CREATE TABLE shims (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session INTEGER NOT NULL,
  agent TEXT NOT NULL,
  process INTEGER NOT NULL,
  committed_offset INTEGER NOT NULL,
  next_n INTEGER NOT NULL,
  ready INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  agent_pid INTEGER NOT NULL,
  agent_group INTEGER NOT NULL,
  agent_start INTEGER NOT NULL
) STRICT;

CREATE TABLE outgoing (
  shim INTEGER NOT NULL,
  n INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  ref INTEGER NOT NULL,
  key TEXT NOT NULL,
  method TEXT NOT NULL,
  line BLOB NOT NULL,
  secret INTEGER NOT NULL,
  UNIQUE (shim, n)
) STRICT;

CREATE TABLE keys (
  key TEXT PRIMARY KEY,
  hash INTEGER NOT NULL,
  session INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  answered INTEGER NOT NULL,
  answer BLOB NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX keys_session ON keys (session, at_ms);

CREATE TABLE secrets (
  owner TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;
)sql";

// Tokens of remote clients: only the hash of what a client presents.
constexpr const char* version_2 = R"sql(
CREATE TABLE tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  role INTEGER NOT NULL,
  hash BLOB NOT NULL,
  created_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL
) STRICT;
)sql";

// Agents that speak ACP v2: what a turn needs to go on, and in which version the agent said things.
constexpr const char* version_3 = R"sql(
ALTER TABLE sessions ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE sessions ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE turns ADD COLUMN message_id TEXT NOT NULL DEFAULT '';
ALTER TABLE turns ADD COLUMN progress INTEGER NOT NULL DEFAULT 0;
)sql";

// Sessions that a person has put away.
constexpr const char* version_4 = R"sql(
ALTER TABLE sessions ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
)sql";

/// migrations[n] leads from schema n to n + 1. Never edit one that was released: add one.
constexpr std::array migrations = {version_1, version_2, version_3, version_4};

} // namespace

int known_schema() { return static_cast<int>(migrations.size()); }

int check_schema(connection& db) {
  auto row = db.select("PRAGMA user_version");
  const int schema = row.next() ? row.as<int>(0) : 0;
  if (schema > known_schema())
    throw sqlite_error(SQLITE_MISMATCH,
                       db.file().string() + " was written by a newer acpd (schema " +
                           std::to_string(schema) + ", this one knows up to " +
                           std::to_string(known_schema()) +
                           "): install that version again, or use another --state-dir");
  return schema;
}

void migrate(connection& db) {
  int schema = check_schema(db);
  for (; schema < known_schema(); ++schema) {
    transaction step(db);
    db.execute(migrations.at(static_cast<std::size_t>(schema)));
    db.execute(("PRAGMA user_version = " + std::to_string(schema + 1)).c_str());
    step.commit();
  }
}

} // namespace acpd::store
