#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace acpd::runner {

/// The environment is broken: disk full, locked, no database. what() is fit to show.
struct db_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One prepared statement with named parameters. Owned by whoever runs it; one thread; the database
/// must outlive it. Throws db_error. A row's texts are valid until the next step() or reset().
class statement {
public:
  statement(sqlite3* db, const char* sql);
  statement(statement&& other) noexcept;
  statement& operator=(statement&&) = delete;
  ~statement();

  statement& bind(const char* name, std::int64_t value);
  statement& bind(const char* name, std::string_view text);
  statement& bind_blob(const char* name, std::string_view bytes);

  bool step(); // true: there is a row. At the end it resets itself.
  void run() {
    while (step()) {
    }
  }
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const; // of a text or a blob

private:
  int index(const char* name) const;

  sqlite3* db_;
  sqlite3_stmt* stmt_ = nullptr;
};

/// The runner's SQLite file: WAL, every commit durable (synchronous=FULL), because what is recorded
/// as finished must stay so after power loss. Opened with the process's default VFS.
/// Owned by the agent; one thread. Several runners share one file: writers wait up to 10 s.
class database {
public:
  /// Creates folder (0700) and file (0600) when missing. Throws db_error with what to do: also for
  /// a file written by a newer version.
  explicit database(const std::string& path);

  statement prepare(const char* sql) { return {handle(), sql}; }
  void exec(const char* sql);
  std::int64_t last_id() const;
  sqlite3* handle() const { return db_.get(); }

private:
  struct closer {
    void operator()(sqlite3* db) const;
  };
  void configure();
  void migrate(const std::string& path);

  std::unique_ptr<sqlite3, closer> db_;
};

/// Rolls back unless commit() was reached. Locks the file for writing at once, unless told "BEGIN".
class transaction {
public:
  explicit transaction(database& db, const char* begin = "BEGIN IMMEDIATE") : db_(db) {
    db_.exec(begin);
  }
  ~transaction();
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  void commit();

private:
  database& db_;
  bool open_ = true;
};

} // namespace acpd::runner
