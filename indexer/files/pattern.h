#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// One line of an ignore file (gitignore(5)), ready to match.
class pattern {
public:
  /// Nothing: the line is blank or a comment.
  static std::optional<pattern> parse(std::string_view line);

  /// `path`: from the folder of the ignore file, without a slash at either end; its last component
  /// begins at `name_at`.
  bool matches(std::string_view path, std::size_t name_at, bool is_folder, bool fold_case) const;

  bool negated() const { return negated_; }
  const std::string& line() const { return line_; } // as written, for a person
  /// Of a pattern with a slash: the text before its first wildcard; else empty.
  std::string_view literal_prefix() const;

private:
  enum class shape { literal, suffix, glob }; // "name", "*name", anything else

  bool matches_name(std::string_view name, bool fold_case) const;
  bool matches_path(std::string_view path, bool fold_case) const;

  std::string line_, text_;   // text: without '!', the slash at its end and the one at its begin
  std::size_t literal_ = 0;   // length of text's part before the first wildcard
  shape shape_ = shape::glob; // of a pattern without a slash
  char last_ = 0;             // what a matching name ends in, when that is certain; else 0
  bool negated_ = false, folders_only_ = false, has_slash_ = false;
};

/// An ignore file's patterns in order.
class pattern_list {
public:
  /// The content of an ignore file. Lines end in LF or CRLF; a BOM is skipped, as git does.
  static pattern_list parse(std::string_view content);
  static pattern_list of(const std::vector<std::string>& lines);

  /// The last pattern that matches, or null.
  const pattern* find(std::string_view path, std::size_t name_at, bool is_folder,
                      bool fold_case) const;
  bool empty() const { return patterns_.empty(); }
  const std::vector<pattern>& patterns() const { return patterns_; }

private:
  std::vector<pattern> patterns_;
};

} // namespace acpd::index
