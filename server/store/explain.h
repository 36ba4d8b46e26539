#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

struct sqlite3;

namespace acpd::store {

/// SQLite refused; what() is a sentence fit to show: what happened, to which file, what to do.
class sqlite_error : public std::runtime_error {
public:
  sqlite_error(int code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}
  int code() const { return code_; } // primary result code

private:
  int code_;
};

/// The error that `db` (may be null: then `code` is all that is known) just reported for `file`.
sqlite_error explain(sqlite3* db, int code, const std::filesystem::path& file);
/// The same for a system call of ours on a file beside it.
sqlite_error explain_system(int error, const std::filesystem::path& file);

} // namespace acpd::store
