#include "server/store/explain.h"

#include <cerrno>
#include <sqlite3.h>
#include <system_error>

namespace acpd::store {
namespace {

std::string no_space(const std::string& file) {
  return "no space left for " + file +
         ": free some on that disk (or raise the quota), acpd then goes on by itself";
}

std::string not_writable(const std::string& file) {
  return "cannot write " + file +
         ": the file, its folder or the file system is read-only for this user: make them "
         "writable, or give another folder with --state-dir";
}

std::string locked(const std::string& file) {
  return file + " is locked by another program: end it (`fuser " + file +
         "` names it), acpd then goes on by itself";
}

std::string damaged(const std::string& file, const char* detail) {
  return file + " is damaged (" + detail +
         "): stop acpd and restore a backup, or save what can be read with `sqlite3 " + file +
         " .recover`; it is left as it is";
}

std::string system_trouble(const std::string& file, int error, const std::string& source) {
  switch (error) {
  case ENOSPC:
  case EDQUOT: return no_space(file);
  case EACCES:
  case EPERM:
  case EROFS: return not_writable(file);
  default: break;
  }
  const std::string why = error != 0 ? std::generic_category().message(error) : "no reason given";
  return "cannot use " + file + ": " + why + source +
         ": check the disk and the limits of this user";
}

} // namespace

sqlite_error explain(sqlite3* db, int code, const std::filesystem::path& path) {
  const std::string file = path.string();
  const int extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
  const int error = db != nullptr ? sqlite3_system_errno(db) : 0;
  const char* detail = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  switch (code & 0xff) {
  case SQLITE_FULL: return {SQLITE_FULL, no_space(file)};
  case SQLITE_BUSY:
  case SQLITE_LOCKED: return {SQLITE_BUSY, locked(file)};
  case SQLITE_READONLY:
  case SQLITE_PERM:
  case SQLITE_AUTH: return {SQLITE_READONLY, not_writable(file)};
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB: return {SQLITE_CORRUPT, damaged(file, detail)};
  case SQLITE_CANTOPEN:
  case SQLITE_IOERR:
    return {code & 0xff, system_trouble(file, error, " (SQLite " + std::to_string(extended) + ")")};
  default:
    return {code & 0xff, "SQLite refused to work on " + file + ": " + detail + " (" +
                             std::to_string(extended) +
                             "): this is a fault of acpd, report it with this line"};
  }
}

sqlite_error explain_system(int error, const std::filesystem::path& file) {
  return {SQLITE_CANTOPEN, system_trouble(file.string(), error, "")};
}

} // namespace acpd::store
