#include "server/store/connection.h"

#include <cerrno>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace acpd::store {
namespace {

/// SQLite would use the umask's mode; -wal and -shm take the mode of the database. Only a missing
/// file is opened here: closing a descriptor of an open database drops all of its POSIX locks.
void create_private(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    ::close(fd);
  else if (errno != EEXIST)
    throw explain_system(errno, file);
}

const char* settings(connection::role role) {
  switch (role) {
  case connection::role::writer:
    return "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0;"
           "PRAGMA cache_size=-1024; PRAGMA secure_delete=ON; PRAGMA synchronous=FULL;"
           "PRAGMA journal_size_limit=67108864;";
  case connection::role::reader:
    return "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0;"
           "PRAGMA cache_size=-512;";
  case connection::role::checkpointer:
    return "PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0; PRAGMA cache_size=-64;"
           "PRAGMA synchronous=NORMAL;";
  }
  return "";
}

} // namespace

query::~query() {
  sqlite3_reset(statement_); // its error was thrown by next()
  sqlite3_clear_bindings(statement_);
}

bool query::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) check(code);
  return false;
}

std::int64_t query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view query::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return size == 0 ? std::string_view{} : std::string_view{data, size};
}

void query::bind_integer(std::int64_t value) {
  check(sqlite3_bind_int64(statement_, ++bound_, value));
}

void query::bind_bytes(std::string_view bytes, bool is_blob, bool fixed) {
  const char* data = bytes.data() != nullptr ? bytes.data() : ""; // null would be bound as NULL
  auto* const lifetime = fixed ? SQLITE_STATIC : SQLITE_TRANSIENT;
  check(is_blob
            ? sqlite3_bind_blob64(statement_, ++bound_, data, bytes.size(), lifetime)
            : sqlite3_bind_text64(statement_, ++bound_, data, bytes.size(), lifetime, SQLITE_UTF8));
}

void query::check(int code) const {
  if (code != SQLITE_OK) throw explain(db_, code, file_);
}

connection::connection(std::filesystem::path file, role r, const open_options& options)
    : file_(std::move(file)) {
  if (r == role::writer) create_private(file_);
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(file_.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  db_.reset(db);
  if (code != SQLITE_OK) throw explain(db, code, file_);
  sqlite3_extended_result_codes(db, 1);
  // A checkpoint that waits for a reader holds all commits up: it rather tries again later.
  const auto wait = r == role::checkpointer ? std::chrono::milliseconds(20) : options.busy_wait;
  sqlite3_busy_timeout(db, static_cast<int>(wait.count()));
  // SQLite opens a file that it may only read without saying so.
  if (r == role::writer && sqlite3_db_readonly(db, "main") == 1)
    throw explain(nullptr, SQLITE_READONLY, file_);
  execute(settings(r));
  if (r == role::writer) require_wal();
}

/// SQLite keeps another journal mode without an error where shared memory does not work.
void connection::require_wal() {
  auto row = select("PRAGMA journal_mode");
  if (row.next() && row.bytes(0) == "wal") return;
  throw sqlite_error(SQLITE_CANTOPEN, "cannot use " + file_.string() +
                                          ": its file system does not support SQLite's WAL mode "
                                          "(a network file system?): give a folder on a local "
                                          "disk with --state-dir");
}

void connection::closer::operator()(sqlite3* db) const { sqlite3_close_v2(db); }
void connection::finalizer::operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }

void connection::execute(const char* sql) {
  const int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw explain(handle(), code, file_);
}

sqlite3_stmt* connection::prepared(const char* sql) {
  auto& slot = statements_[sql];
  if (!slot) {
    sqlite3_stmt* made = nullptr;
    const int code =
        sqlite3_prepare_v3(handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (code != SQLITE_OK) throw explain(handle(), code, file_);
    slot.reset(made);
  }
  return slot.get();
}

std::size_t connection::changes() const {
  return static_cast<std::size_t>(sqlite3_changes64(handle()));
}

transaction::transaction(connection& c) : connection_(c) { c.execute("BEGIN IMMEDIATE"); }

transaction::~transaction() {
  // After some errors (disk full) SQLite has rolled back already. A failing rollback leaves nothing
  // to do: the next BEGIN says what is wrong.
  if (sqlite3_get_autocommit(connection_.handle()) == 0)
    sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void transaction::commit() { connection_.execute("COMMIT"); }

} // namespace acpd::store
