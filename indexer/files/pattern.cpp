#include "indexer/files/pattern.h"

#include "indexer/files/wildmatch.h"

#include <algorithm>
#include <cstring>
#include <strings.h>

namespace acpd::index {
namespace {

constexpr std::string_view wildcards = "*?[\\";

/// Spaces at the end go, unless a backslash protects them; tabs stay (git's trim_trailing_spaces).
std::string_view without_trailing_spaces(std::string_view line) {
  auto keep = line.size();
  std::optional<std::size_t> spaces;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ') {
      if (!spaces) spaces = i;
      continue;
    }
    if (line[i] == '\\' && ++i == line.size()) return line;
    spaces.reset();
  }
  if (spaces) keep = *spaces;
  return line.substr(0, keep);
}

bool equal(std::string_view a, std::string_view b, bool fold_case) {
  if (a.size() != b.size()) return false;
  return fold_case ? strncasecmp(a.data(), b.data(), a.size()) == 0
                   : std::memcmp(a.data(), b.data(), a.size()) == 0;
}

/// What every match ends in: a plain character that is no part of an escape or a bracket.
char certain_end(std::string_view text) {
  if (text.empty() || text.find_first_of("[\\") != text.npos) return 0;
  return wildcards.find(text.back()) == text.npos ? text.back() : '\0';
}

} // namespace

std::optional<pattern> pattern::parse(std::string_view line) {
  line = line.substr(0, line.find('\0')); // git reads lines as C strings
  if (line.empty() || line.front() == '#') return std::nullopt;
  line = without_trailing_spaces(line);
  pattern made;
  made.line_ = line;
  if (line.starts_with('!')) {
    made.negated_ = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    made.folders_only_ = true;
    line.remove_suffix(1);
  }
  if (line.empty()) return std::nullopt; // "", "!", "/": never match
  made.has_slash_ = line.find('/') != line.npos;
  if (line.starts_with('/')) line.remove_prefix(1);
  made.text_ = line;
  made.literal_ = std::min(line.find_first_of(wildcards), line.size());
  if (made.literal_ == line.size())
    made.shape_ = shape::literal;
  else if (line.front() == '*' && line.find_first_of(wildcards, 1) == line.npos)
    made.shape_ = shape::suffix;
  made.last_ = certain_end(made.text_);
  return made;
}

std::string_view pattern::literal_prefix() const {
  return has_slash_ ? std::string_view(text_).substr(0, literal_) : std::string_view();
}

bool pattern::matches(std::string_view path, std::size_t name_at, bool is_folder,
                      bool fold_case) const {
  if (folders_only_ && !is_folder) return false;
  return has_slash_ ? matches_path(path, fold_case) : matches_name(path.substr(name_at), fold_case);
}

bool pattern::matches_name(std::string_view name, bool fold_case) const {
  // Most patterns and names differ in their last character: this one comparison decides them.
  if (last_ && !fold_case && (name.empty() || name.back() != last_)) return false;
  switch (shape_) {
  case shape::literal: return equal(text_, name, fold_case);
  case shape::suffix: {
    const auto suffix = std::string_view(text_).substr(1);
    return name.size() >= suffix.size() &&
           equal(suffix, name.substr(name.size() - suffix.size()), fold_case);
  }
  case shape::glob: break;
  }
  return wildmatch(text_, name, {.pathname = false, .fold_case = fold_case});
}

bool pattern::matches_path(std::string_view path, bool fold_case) const {
  if (path.size() < literal_) return false;
  const auto text = std::string_view(text_);
  if (!equal(text.substr(0, literal_), path.substr(0, literal_), fold_case)) return false;
  if (literal_ == text.size()) return path.size() == literal_;
  // Only the rest is a glob for git, too: after "a**/b" has lost its "a", its ** crosses slashes.
  return wildmatch(text.substr(literal_), path.substr(literal_),
                   {.pathname = true, .fold_case = fold_case});
}

pattern_list pattern_list::parse(std::string_view content) {
  if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
  pattern_list list;
  while (!content.empty()) {
    const auto end = std::min(content.find('\n'), content.size());
    auto line = content.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (auto made = pattern::parse(line)) list.patterns_.push_back(std::move(*made));
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  return list;
}

pattern_list pattern_list::of(const std::vector<std::string>& lines) {
  pattern_list list;
  for (const auto& line : lines)
    if (auto made = pattern::parse(line)) list.patterns_.push_back(std::move(*made));
  return list;
}

const pattern* pattern_list::find(std::string_view path, std::size_t name_at, bool is_folder,
                                  bool fold_case) const {
  for (auto at = patterns_.rbegin(); at != patterns_.rend(); ++at)
    if (at->matches(path, name_at, is_folder, fold_case)) return &*at;
  return nullptr;
}

} // namespace acpd::index
