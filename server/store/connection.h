#pragma once

#include "server/store/explain.h"
#include "server/store/open_options.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace acpd::store {

/// Bound as a BLOB; std::string and std::string_view are bound as TEXT.
struct blob {
  std::string_view bytes;
};

/// A running statement: its rows one after the other. Gives the statement back to the connection's
/// cache when it ends. Used within one function; the connection must outlive it. Throws
/// sqlite_error.
class query {
public:
  /// Binds the values in the order in which the parameters first occur in the text. `fixed`: their
  /// bytes stay where they are until this query ends, and are not copied.
  template <class... T>
  query(sqlite3* db, sqlite3_stmt* statement, const std::filesystem::path& file, bool fixed,
        const T&... values)
      : db_(db), statement_(statement), file_(file) {
    (bind(values, fixed), ...);
  }
  query(const query&) = delete;
  query& operator=(const query&) = delete;
  ~query();

  bool next(); // false: no more rows

  /// Columns of the current row, from 0. Views live until the next next().
  std::int64_t integer(int column) const;
  std::uint64_t natural(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  std::string_view bytes(int column) const;
  std::string text(int column) const { return std::string(bytes(column)); }
  template <class T>
  T as(int column) const {
    return static_cast<T>(integer(column));
  }

private:
  template <class T>
  void bind(const T& value, bool fixed) {
    if constexpr (std::is_same_v<T, blob>)
      bind_bytes(value.bytes, true, fixed);
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
      bind_bytes(value, false, fixed);
    else
      bind_integer(static_cast<std::int64_t>(value));
  }
  void bind_integer(std::int64_t value);
  void bind_bytes(std::string_view bytes, bool is_blob, bool fixed);
  void check(int code) const;

  sqlite3* db_;
  sqlite3_stmt* statement_;
  const std::filesystem::path& file_;
  int bound_ = 0;
};

/// One SQLite connection with its cache of prepared statements. One thread at a time. Everything
/// throws sqlite_error.
class connection {
public:
  enum class role { writer, reader, checkpointer };

  /// A writer creates the file (mode 0600) when it is missing, the others do not.
  connection(std::filesystem::path file, role r, const open_options& options);

  const std::filesystem::path& file() const { return file_; }
  sqlite3* handle() const { return db_.get(); }

  /// SQL without parameters; not cached.
  void execute(const char* sql);

  /// `sql` must be a literal: the cache goes by its address. The same text must not be running.
  template <class... T>
  query select(const char* sql, const T&... values) {
    return query(handle(), prepared(sql), file_, false, values...);
  }
  /// Runs to the end and gives the number of rows changed.
  template <class... T>
  std::size_t run(const char* sql, const T&... values) {
    query q(handle(), prepared(sql), file_, true, values...);
    while (q.next()) {
    }
    return changes();
  }

private:
  struct closer {
    void operator()(sqlite3* db) const;
  };
  struct finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  void require_wal();
  sqlite3_stmt* prepared(const char* sql);
  std::size_t changes() const;

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, closer> db_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, finalizer>> statements_;
};

/// BEGIN IMMEDIATE … COMMIT; rolled back in the destructor when commit() was not reached.
class transaction {
public:
  explicit transaction(connection& c);
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  ~transaction();
  void commit();

private:
  connection& connection_;
};

} // namespace acpd::store
