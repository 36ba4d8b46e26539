#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace acpd::index {

/// SQLite refused; what() is a sentence fit to show. `code()` is SQLite's primary result code.
class database_error : public std::runtime_error {
public:
  database_error(int code, const std::string& sentence)
      : std::runtime_error(sentence), code_(code) {}
  int code() const { return code_; }

private:
  int code_;
};

/// Bound as a BLOB; std::string and std::string_view are bound as TEXT.
struct blob {
  std::string_view bytes;
};

/// A running statement: its rows one after the other. Gives the statement back to the connection's
/// cache when it ends; the connection must outlive it. Throws database_error.
class statement {
public:
  template <class... T>
  statement(sqlite3* db, sqlite3_stmt* prepared, const T&... values) : db_(db), stmt_(prepared) {
    (bind(values), ...);
  }
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;
  ~statement();

  bool next(); // false: no more rows
  std::int64_t integer(int column) const;
  std::string_view bytes(int column) const; // lives until the next next()
  std::string text(int column) const { return std::string(bytes(column)); }
  template <class T>
  T as(int column) const {
    return static_cast<T>(integer(column));
  }

private:
  template <class T>
  void bind(const T& value) {
    if constexpr (std::is_same_v<T, blob>)
      bind_bytes(value.bytes, true);
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
      bind_bytes(value, false);
    else
      bind_integer(static_cast<std::int64_t>(value));
  }
  void bind_integer(std::int64_t value);
  void bind_bytes(std::string_view bytes, bool is_blob);
  void check(int code) const;

  sqlite3* db_;
  sqlite3_stmt* stmt_;
  int bound_ = 0;
};

/// One SQLite connection with its prepared statements. One thread at a time. Everything throws
/// database_error.
class connection {
public:
  enum class role { writer, reader };

  /// The writer creates a missing file, mode 0600.
  connection(std::filesystem::path file, role r);

  const std::filesystem::path& file() const { return file_; }

  void execute(const char* sql); // without parameters; not cached

  /// `sql` must be a literal: the cache goes by its address. Bound bytes must stay where they are
  /// until the statement ends.
  template <class... T>
  statement select(const char* sql, const T&... values) {
    return statement(db_.get(), prepared(sql), values...);
  }
  template <class... T>
  void run(const char* sql, const T&... values) {
    statement s(db_.get(), prepared(sql), values...);
    while (s.next()) {
    }
  }
  std::int64_t last_row() const;
  bool in_transaction() const;
  /// Gives SQLite's caches of this connection back to the allocator.
  void release_memory();

private:
  struct closer {
    void operator()(sqlite3* db) const;
  };
  struct finalizer {
    void operator()(sqlite3_stmt* s) const;
  };
  sqlite3_stmt* prepared(const char* sql);

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, closer> db_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, finalizer>> statements_;
};

/// Rolled back by its destructor unless committed.
class transaction {
public:
  explicit transaction(connection& c, const char* begin = "BEGIN IMMEDIATE");
  ~transaction();
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  void commit();

private:
  connection& connection_;
};

} // namespace acpd::index
