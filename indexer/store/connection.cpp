#include "indexer/store/connection.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace acpd::index {
namespace {

std::string advice(int code) {
  switch (code) {
  case SQLITE_FULL: return "the disk is full: free some space, indexing goes on by itself";
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB: return "it is damaged: it can be deleted, and is built again";
  case SQLITE_READONLY:
  case SQLITE_CANTOPEN: return "check that its folder exists and may be written";
  case SQLITE_BUSY: return "another process is writing to it";
  default: return {};
  }
}

database_error explain(sqlite3* db, int code, const std::filesystem::path& file) {
  const int primary = code & 0xff;
  std::string sentence = "index " + file.string() + ": ";
  sentence += db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  if (auto more = advice(primary); !more.empty()) sentence += " (" + more + ")";
  return {primary, sentence};
}

/// SQLite would use the umask's mode; -wal and -shm take the mode of the database.
void create_private(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    ::close(fd);
  else if (errno != EEXIST)
    throw database_error(SQLITE_CANTOPEN,
                         "cannot create the index " + file.string() + ": " + std::strerror(errno));
}

// The pages that matter while searching are few: postings are read whole, once a query. A page of
// 8 KiB keeps a small segment in one or two of them.
constexpr const char* settings =
    "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    "PRAGMA wal_autocheckpoint=2000; PRAGMA journal_size_limit=33554432;"
    "PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF;";

} // namespace

statement::~statement() {
  sqlite3_reset(stmt_); // its error was thrown by next()
  sqlite3_clear_bindings(stmt_);
}

bool statement::next() {
  const int code = sqlite3_step(stmt_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) check(code);
  return false;
}

std::int64_t statement::integer(int column) const { return sqlite3_column_int64(stmt_, column); }

std::string_view statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(stmt_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column));
  return size == 0 ? std::string_view{} : std::string_view{data, size};
}

void statement::bind_integer(std::int64_t value) {
  check(sqlite3_bind_int64(stmt_, ++bound_, value));
}

void statement::bind_bytes(std::string_view bytes, bool is_blob) {
  const char* data = bytes.data() != nullptr ? bytes.data() : ""; // null would be bound as NULL
  check(is_blob
            ? sqlite3_bind_blob64(stmt_, ++bound_, data, bytes.size(), SQLITE_STATIC)
            : sqlite3_bind_text64(stmt_, ++bound_, data, bytes.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void statement::check(int code) const {
  if (code == SQLITE_OK) return;
  const char* name = sqlite3_db_filename(db_, "main");
  throw explain(db_, code, name != nullptr ? name : "");
}

connection::connection(std::filesystem::path file, role r) : file_(std::move(file)) {
  if (r == role::writer && file_ != ":memory:") create_private(file_);
  sqlite3* db = nullptr;
  const int code =
      sqlite3_open_v2(file_.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) throw explain(db, code, file_);
  sqlite3_busy_timeout(db, 5000);
  execute(r == role::writer ? settings : "PRAGMA query_only=ON; PRAGMA cache_size=-4096;");
}

void connection::closer::operator()(sqlite3* db) const { sqlite3_close_v2(db); }
void connection::finalizer::operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }

void connection::execute(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw explain(db_.get(), code, file_);
}

sqlite3_stmt* connection::prepared(const char* sql) {
  auto& slot = statements_[sql];
  if (!slot) {
    sqlite3_stmt* made = nullptr;
    const int code =
        sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (code != SQLITE_OK) throw explain(db_.get(), code, file_);
    slot.reset(made);
  }
  return slot.get();
}

std::int64_t connection::last_row() const { return sqlite3_last_insert_rowid(db_.get()); }
bool connection::in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }
void connection::release_memory() { sqlite3_db_release_memory(db_.get()); }

transaction::transaction(connection& c, const char* begin) : connection_(c) { c.execute(begin); }

transaction::~transaction() {
  // After some errors (a full disk) SQLite has rolled back already; a failing rollback leaves
  // nothing to do: the next BEGIN says what is wrong.
  if (!connection_.in_transaction()) return;
  try {
    connection_.execute("ROLLBACK");
  } catch (const database_error&) { // a destructor must not throw
  }
}

void transaction::commit() { connection_.execute("COMMIT"); }

} // namespace acpd::index
