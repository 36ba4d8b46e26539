#pragma once

#include "protocol/failure.h"

#include <string>
#include <string_view>
#include <vector>

namespace acpd::runner {

/// One pattern for paths relative to a session's directory: `*`, `?` and `[…]` within a name (dot
/// files, too), `**` for any number of directories. A value; no thread rules.
class glob {
public:
  /// Compiles a pattern as a person types it: `{a,b}` becomes several globs, a leading "./" is
  /// dropped, an absolute path inside `cwd` is made relative. Errors (invalid_params): the pattern
  /// is empty, leaves the directory, or has an unclosed brace.
  static protocol::result<std::vector<glob>> compile(std::string_view text, std::string_view cwd);

  bool matches(std::string_view path) const;
  /// Whether a file below `directory` ("" or "a/b") can match: lets a walk leave out whole trees.
  bool may_be_below(std::string_view directory) const;
  /// No wildcard: the name of one file.
  bool literal() const { return literal_; }
  const std::string& text() const { return text_; }

private:
  explicit glob(std::string text);

  std::string text_;
  std::vector<std::string> parts_; // between slashes
  std::size_t fixed_ = 0;          // how many leading parts have no wildcard
  bool literal_ = false;
};

} // namespace acpd::runner
