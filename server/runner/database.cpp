#include "server/runner/database.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace acpd::runner {
namespace {

constexpr int schema_version = 1;

constexpr const char* schema = R"sql(
CREATE TABLE sessions (
  id         TEXT PRIMARY KEY,
  cwd        TEXT NOT NULL,
  title      TEXT NOT NULL DEFAULT '',
  updated_at TEXT NOT NULL
) STRICT;
CREATE TABLE jobs (
  id       INTEGER PRIMARY KEY,
  session  TEXT NOT NULL,
  kind     INTEGER NOT NULL,            -- job_kind
  command  TEXT NOT NULL,               -- canonical prompt
  cwd      TEXT NOT NULL,
  script   TEXT NOT NULL,               -- for sh -c; of CTest: its build directory
  jobs     INTEGER NOT NULL,            -- --jobs, 0: default
  state    INTEGER NOT NULL,            -- job_state
  total    INTEGER NOT NULL DEFAULT 0,
  done     INTEGER NOT NULL DEFAULT 0,  -- finished items, failed ones included
  failed   INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,  -- turns that worked on it
  syncs    INTEGER NOT NULL DEFAULT 0,  -- changes with each commit that only waits for the disk
  owner    TEXT NOT NULL DEFAULT '',    -- the process that does: process_identity()
  mark     TEXT NOT NULL                -- value of ACPD_RUNNER_JOB in its children
) STRICT;
CREATE INDEX jobs_of_session ON jobs (session, id);
CREATE TABLE items (
  job    INTEGER NOT NULL,
  idx    INTEGER NOT NULL,              -- from 1, in the order of running
  name   BLOB NOT NULL,                 -- path below cwd, or a test's name
  alone  INTEGER NOT NULL,              -- must not run beside others
  state  INTEGER NOT NULL,              -- 0 pending, 1 claimed, 2 started, 3 passed, 4 failed
  status INTEGER NOT NULL DEFAULT 0,    -- wait status
  PRIMARY KEY (job, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE failures (                 -- the first ones of a job, which are shown singly
  job    INTEGER NOT NULL,
  idx    INTEGER NOT NULL,
  name   BLOB NOT NULL,
  status INTEGER NOT NULL,
  output BLOB NOT NULL,
  shown  INTEGER NOT NULL,
  PRIMARY KEY (job, idx)
) STRICT, WITHOUT ROWID;
)sql";

[[noreturn]] void fail(sqlite3* db, const std::string& doing) {
  int code = db ? sqlite3_errcode(db) : SQLITE_NOMEM;
  std::string text = doing + ": " + (db ? sqlite3_errmsg(db) : "out of memory");
  if (code == SQLITE_FULL) text += ". Make room on that disk; /continue then goes on where it was";
  if (code == SQLITE_BUSY) text += ". Another program holds it: see who with fuser";
  if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN)
    text += ". Check its permissions, or set ACPD_RUNNER_STATE to another path";
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    text += ". Move the file away; jobs recorded in it are lost";
  throw db_error(text);
}

// What a failed statement was about: the file by its path, so that "the disk" is no riddle.
[[noreturn]] void fail(sqlite3* db) {
  const char* path = db ? sqlite3_db_filename(db, "main") : nullptr;
  fail(db, std::string("cannot use ") + (path && *path ? path : "runner.db"));
}

// SQLite syncs the file, not the folder's entry for it: without that a power loss takes both.
void sync_folder(const std::filesystem::path& folder) {
  int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

void create_file(const std::string& path) {
  auto folder = std::filesystem::absolute(path).parent_path();
  auto before = ::umask(077);
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int error = errno;
  ::umask(before);
  if (fd < 0)
    throw db_error("cannot open " + path + ": " + std::strerror(error) +
                   ". Check its permissions, or set ACPD_RUNNER_STATE to another path");
  ::close(fd);
  sync_folder(folder);
}

} // namespace

statement::statement(sqlite3* db, const char* sql) : db_(db) {
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt_, nullptr) != SQLITE_OK)
    fail(db);
}

statement::statement(statement&& other) noexcept
    : db_(other.db_), stmt_(std::exchange(other.stmt_, nullptr)) {}

statement::~statement() { sqlite3_finalize(stmt_); }

int statement::index(const char* name) const {
  int at = sqlite3_bind_parameter_index(stmt_, name);
  if (at == 0) throw std::logic_error(std::string("no parameter ") + name);
  return at;
}

statement& statement::bind(const char* name, std::int64_t value) {
  sqlite3_bind_int64(stmt_, index(name), value);
  return *this;
}

statement& statement::bind(const char* name, std::string_view text) {
  sqlite3_bind_text64(stmt_, index(name), text.empty() ? "" : text.data(), text.size(),
                      SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

statement& statement::bind_blob(const char* name, std::string_view bytes) {
  sqlite3_bind_blob64(stmt_, index(name), bytes.empty() ? "" : bytes.data(), bytes.size(),
                      SQLITE_TRANSIENT);
  return *this;
}

bool statement::step() {
  int rc = sqlite3_step(stmt_);
  if (rc == SQLITE_ROW) return true;
  sqlite3_reset(stmt_);
  if (rc != SQLITE_DONE) fail(db_);
  return false;
}

void statement::reset() { sqlite3_reset(stmt_); }

std::int64_t statement::integer(int column) const { return sqlite3_column_int64(stmt_, column); }

std::string statement::text(int column) const {
  auto* bytes = static_cast<const char*>(sqlite3_column_blob(stmt_, column));
  return {bytes ? bytes : "", static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column))};
}

database::database(const std::string& path) {
  create_file(path);
  sqlite3* raw = nullptr;
  int rc = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  db_.reset(raw);
  if (rc != SQLITE_OK) fail(raw, "cannot open " + path);
  configure();
  migrate(path);
}

void database::closer::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

void database::configure() {
  sqlite3_busy_timeout(handle(), 10'000);
  exec("PRAGMA journal_mode=WAL");
  exec("PRAGMA synchronous=FULL");
  exec("PRAGMA cache_size=-2048");
}

void database::migrate(const std::string& path) {
  transaction all(*this);
  std::int64_t version = 0;
  {
    auto read = prepare("PRAGMA user_version");
    if (read.step()) version = read.integer(0);
  }
  if (version > schema_version)
    throw db_error(path + " was written by a newer version of acpd (schema " +
                   std::to_string(version) +
                   "): update acpd, or set ACPD_RUNNER_STATE to another "
                   "path");
  if (version == 0) {
    exec(schema);
    exec("PRAGMA user_version=1");
  }
  all.commit();
}

void database::exec(const char* sql) {
  if (sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle());
}

std::int64_t database::last_id() const { return sqlite3_last_insert_rowid(handle()); }

transaction::~transaction() {
  // SQLite may have rolled back by itself (disk full): then this fails, as it should.
  if (open_) sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void transaction::commit() {
  db_.exec("COMMIT");
  open_ = false;
}

} // namespace acpd::runner
