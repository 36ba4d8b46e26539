#pragma once

#include "indexer/files/file_stat.h"
#include "indexer/files/ignore_rules.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// What a walk tells of. Paths are from the root, without a slash at either end, and only valid
/// during the call.
class walk_visitor {
public:
  virtual ~walk_visitor() = default;
  /// Before the folder is listed, so that a watch added now misses nothing. The root is "".
  virtual void begin_folder(std::string_view path);
  /// After it was listed and its ignore files were read.
  virtual void folder(std::string_view path, const place& inside);
  /// Turned out to be generated: nothing of it follows.
  virtual void closed(std::string_view path, std::string_view reason);
  /// A regular file that the rules take. In byte order of the paths over the whole walk.
  virtual void file(std::string_view path, const file_stat& stat);
  /// A folder that could not be read, or a file that could not be looked at.
  virtual void unreadable(std::string_view path, int error);
};

enum class walk_problem {
  no_folder,      // the root is missing, is no folder or cannot be read
  too_wide,       // the root is "/", the home folder or above it
  too_many_files, // more than the limit
};

struct walk_failure {
  walk_problem code{};
  std::string text; // fit to show: what happened, to what, what to do
};

struct walk_options {
  std::string start = {}; // only this folder of the workspace; empty: all
  std::uint64_t file_limit = 1'000'000;
  bool allow_wide_roots = false; // "/" and the home folder
  bool want_files = true;        // false: only folders, nothing is looked at with stat
};

struct walk_totals {
  std::uint64_t files = 0, folders = 0;
  std::uint64_t ignored = 0, denied = 0; // entries left out: files, and folders as one each
  std::uint64_t unreadable = 0;
};

/// Goes through a workspace. Symbolic links are neither followed nor reported, so that it stays in
/// the tree and ends. Submodules and repositories inside are walked with their own rules; linked
/// worktrees are not (each is another copy of the same files: a workspace of its own).
/// A `start` that is gone, or left out by the rules, is no failure: it has no files.
/// Blocks; one thread. 100,000 files, warm: about a third of a second.
std::expected<walk_totals, walk_failure> walk(const ignore_rules& rules, walk_visitor& visitor,
                                              const walk_options& options = {});

/// Only the question whether a root is too wide, in words.
std::expected<void, walk_failure> check_root(const std::string& root, bool allow_wide_roots);

} // namespace acpd::index
