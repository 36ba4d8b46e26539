#include "indexer/files/walk.h"

#include <cstdlib>
#include <string>
#include <sys/stat.h>

namespace acpd::index {
namespace {

bool same_folder(const std::string& a, const std::string& b) {
  struct stat of_a{}, of_b{};
  return ::stat(a.c_str(), &of_a) == 0 && ::stat(b.c_str(), &of_b) == 0 &&
         of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/// Compared by inode, so that links, "..", and doubled slashes do not hide it.
bool is_home_or_above(const std::string& root) {
  const char* home = std::getenv("HOME");
  if (!home || *home != '/') return false;
  for (std::string at = home;; at.resize(at.rfind('/'))) {
    if (same_folder(root, at.empty() ? "/" : at)) return true;
    if (at.empty()) return false;
  }
}

} // namespace

std::expected<void, walk_failure> check_root(const std::string& root, bool allow_wide_roots) {
  if (allow_wide_roots) return {};
  std::string what;
  if (same_folder(root, "/"))
    what = "the whole file system";
  else if (is_home_or_above(root))
    what = "your home folder, or above it";
  if (what.empty()) return {};
  return std::unexpected(
      walk_failure{walk_problem::too_wide, "refusing to index " + root + ": it is " + what +
                                               "; name a project's folder, or allow wide roots"});
}

} // namespace acpd::index
