#include "protocol/git_patch.h"

#include "protocol/line_diff.h"

#include <algorithm>

namespace acpd::protocol {
namespace {

constexpr std::size_t context_lines = 3;
constexpr std::size_t max_edits = 512;
constexpr std::string_view no_newline = "\\ No newline at end of file\n";

/// As git writes a path: in quotes, with C's escapes, when it has a byte that needs them.
std::string patch_path(std::string_view path) {
  const auto odd = [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\';
  };
  if (std::ranges::none_of(path, odd)) return std::string(path);
  std::string out = "\"";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (!odd(c)) {
      out += c;
    } else if (byte >= ' ') {
      (out += '\\') += c;
    } else {
      out += '\\';
      for (const unsigned shift : {6U, 3U, 0U})
        out += static_cast<char>('0' + (byte >> shift & 7U));
    }
  }
  return out += '"';
}

void append_line(std::string& out, char mark, std::string_view line) {
  (out += mark) += line;
  if (!line.ends_with('\n')) (out += '\n') += no_newline;
}

/// "12,3", "12" for one line; a side without lines is named by the line before it.
void append_range(std::string& out, std::size_t begin, std::size_t count) {
  out += std::to_string(count == 0 ? begin : begin + 1);
  if (count != 1) (out += ',') += std::to_string(count);
}

using line_list = std::vector<std::string_view>;

/// One hunk of the changes [first, last), which are near each other.
void append_hunk(std::string& out, const line_list& before, const line_list& after,
                 const changed_lines* first, const changed_lines* last) {
  const changed_lines& end = *(last - 1);
  const std::size_t lead = std::min(first->old_begin, context_lines);
  const std::size_t trail = std::min(before.size() - end.old_end, context_lines);
  const std::size_t old_begin = first->old_begin - lead;
  const std::size_t new_begin = first->new_begin - lead;
  out += "@@ -";
  append_range(out, old_begin, end.old_end + trail - old_begin);
  out += " +";
  append_range(out, new_begin, end.new_end + trail - new_begin);
  out += " @@\n";
  std::size_t at = old_begin;
  for (const changed_lines* c = first; c != last; ++c) {
    for (; at < c->old_begin; ++at)
      append_line(out, ' ', before[at]);
    for (; at < c->old_end; ++at)
      append_line(out, '-', before[at]);
    for (std::size_t i = c->new_begin; i < c->new_end; ++i)
      append_line(out, '+', after[i]);
  }
  for (; at < end.old_end + trail; ++at)
    append_line(out, ' ', before[at]);
}

} // namespace

std::string git_patch(std::string_view path, std::optional<std::string_view> old_text,
                      std::string_view new_text) {
  if (old_text == new_text) return {};
  const std::string name = patch_path(path);
  std::string out = "diff --git " + name + ' ' + name + '\n';
  if (!old_text) out += "new file mode 100644\n";
  const line_list before = lines_of(old_text.value_or(""));
  const line_list after = lines_of(new_text);
  const auto changes = diff_lines(before, after, max_edits);
  if (changes.empty()) return out; // an empty file was made
  out += "--- " + (old_text ? name : "/dev/null") + "\n+++ " + name + '\n';
  const changed_lines* const end = changes.data() + changes.size();
  for (const changed_lines* first = changes.data(); first != end;) {
    const changed_lines* last = first + 1;
    while (last != end && last->old_begin - (last - 1)->old_end <= 2 * context_lines)
      ++last;
    append_hunk(out, before, after, first, last);
    first = last;
  }
  return out;
}

} // namespace acpd::protocol
