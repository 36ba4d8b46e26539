#include "protocol/errors.h"
#include "protocol/git_patch.h"
#include "protocol/line_diff.h"

#include <algorithm>
#include <charconv>

namespace acpd::protocol {
namespace {

/// The text of a path as git quotes it: "…" with C's escapes, or plain.
std::string unquoted_path(std::string_view raw) {
  if (raw.size() < 2 || !raw.starts_with('"') || !raw.ends_with('"')) return std::string(raw);
  raw = raw.substr(1, raw.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 == raw.size()) {
      out += raw[i];
      continue;
    }
    unsigned octal = 0;
    const char* from = raw.data() + i + 1;
    const auto [rest, ec] =
        std::from_chars(from, raw.data() + std::min(i + 4, raw.size()), octal, 8);
    if (ec == std::errc() && rest == from + 3) {
      out += static_cast<char>(octal & 255U);
      i += 3;
      continue;
    }
    constexpr std::string_view names = "abtnvfr";
    const auto name = names.find(raw[++i]);
    out += name == std::string_view::npos ? raw[i] : "\a\b\t\n\v\f\r"[name];
  }
  return out;
}

/// What a `---` or `+++` line names; empty for /dev/null. A tab ends a path with spaces.
std::string side_path(std::string_view rest) {
  if (!rest.starts_with('"')) rest = rest.substr(0, rest.find('\t'));
  if (rest == "/dev/null") return {};
  return unquoted_path(rest);
}

bool take_number(std::string_view& text, std::size_t& number) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

struct range {
  std::size_t line = 0, count = 1;
};

bool take_range(std::string_view& text, range& r) {
  if (!take_number(text, r.line)) return false;
  return !take(text, ",") || take_number(text, r.count);
}

class patch_reader {
public:
  explicit patch_reader(std::string_view text) : lines_(lines_of(text)) {}

  result<std::vector<file_patch>> run() {
    while (at_ < lines_.size()) {
      const std::string_view line = now();
      if (std::string_view rest = line; take(rest, "diff --git ")) {
        begin_file(rest);
        ++at_;
      } else if (files_.empty()) {
        ++at_; // what stands before the first section is a comment
      } else if (line.starts_with("@@ ")) {
        if (!read_hunk()) return fail();
      } else {
        read_header(line);
        ++at_;
      }
    }
    if (files_.empty()) return fail();
    return std::move(files_);
  }

private:
  /// The line at hand without its newline.
  std::string_view now() const {
    std::string_view line = lines_[at_];
    if (line.ends_with('\n')) line.remove_suffix(1);
    return line;
  }

  std::unexpected<failure> fail() const {
    return std::unexpected(
        failure{error_code::invalid_params, "not a git patch at line " + std::to_string(at_ + 1)});
  }

  /// Without further lines both paths are the same: "P P".
  void begin_file(std::string_view rest) {
    file_patch& file = files_.emplace_back();
    const std::size_t half = rest.size() / 2;
    if (rest.size() % 2 == 1 && rest[half] == ' ' && rest.substr(0, half) == rest.substr(half + 1))
      file.old_path = file.new_path = unquoted_path(rest.substr(0, half));
  }

  void read_header(std::string_view line) {
    file_patch& file = files_.back();
    if (take(line, "--- ")) {
      file.old_path = side_path(line);
    } else if (take(line, "+++ ")) {
      file.new_path = side_path(line);
    } else if (take(line, "rename from ") || take(line, "copy from ")) {
      file.old_path = unquoted_path(line);
    } else if (take(line, "rename to ") || take(line, "copy to ")) {
      file.new_path = unquoted_path(line);
    } else if (line.starts_with("new file mode")) {
      file.old_path.clear();
    } else if (line.starts_with("deleted file mode")) {
      file.new_path.clear();
    } else if (line.starts_with("Binary files") || line.starts_with("GIT binary patch")) {
      file.binary = true;
    }
  }

  bool read_hunk() {
    std::string_view head = now();
    range before;
    range after;
    if (!take(head, "@@ -") || !take_range(head, before) || !take(head, " +") ||
        !take_range(head, after) || !head.starts_with(" @@"))
      return false;
    patch_hunk hunk{before.line, after.line, {}, {}};
    ++at_;
    while (before.count + after.count > 0) {
      if (at_ == lines_.size() || !read_line(hunk, before, after)) return false;
    }
    if (at_ < lines_.size() && lines_[at_].starts_with('\\')) drop_newline(hunk, lines_[at_++ - 1]);
    files_.back().hunks.push_back(std::move(hunk));
    return true;
  }

  bool read_line(patch_hunk& hunk, range& before, range& after) {
    const std::string_view line = lines_[at_++];
    const char mark = line.front();
    if (mark == '\\') {
      drop_newline(hunk, lines_[at_ - 2]);
      return true;
    }
    // Some programs cut the blank of an empty context line.
    const bool both = mark == ' ' || mark == '\n';
    const bool old_side = both || mark == '-';
    const bool new_side = both || mark == '+';
    if ((!old_side && !new_side) || (old_side && before.count == 0) ||
        (new_side && after.count == 0))
      return false;
    std::string text(line.substr(mark == '\n' ? 0 : 1));
    if (!text.ends_with('\n')) text += '\n'; // the patch's own last line
    before.count -= old_side;
    after.count -= new_side;
    if (old_side) hunk.old_text += text;
    if (new_side) hunk.new_text += text;
    return true;
  }

  /// "\ No newline at end of file" is about the line before it.
  static void drop_newline(patch_hunk& hunk, std::string_view line) {
    const auto drop = [](std::string& text) {
      if (text.ends_with('\n')) text.pop_back();
    };
    if (!line.starts_with('+')) drop(hunk.old_text);
    if (!line.starts_with('-')) drop(hunk.new_text);
  }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  std::vector<file_patch> files_;
};

} // namespace

result<std::vector<file_patch>> parse_git_patch(std::string_view text) {
  return patch_reader(text).run();
}

result<std::string> apply_patch(std::string_view old_text, const file_patch& patch) {
  const auto lines = lines_of(old_text);
  std::string out;
  std::size_t at = 0;        // line of old_text
  std::size_t at_offset = 0; // its first byte
  for (const patch_hunk& hunk : patch.hunks) {
    const std::size_t skip = hunk.old_text.empty() ? hunk.old_line : hunk.old_line - 1;
    for (; at < skip && at < lines.size(); ++at) {
      out += lines[at];
      at_offset += lines[at].size();
    }
    if (at != skip || !old_text.substr(at_offset).starts_with(hunk.old_text))
      return std::unexpected(
          failure{error_code::invalid_params,
                  "the patch does not fit the text at line " + std::to_string(hunk.old_line)});
    out += hunk.new_text;
    at += lines_of(hunk.old_text).size();
    at_offset += hunk.old_text.size();
  }
  return out += old_text.substr(at_offset);
}

} // namespace acpd::protocol
