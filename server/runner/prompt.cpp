#include "server/runner/prompt.h"

#include "protocol/errors.h"

#include <charconv>
#include <optional>

namespace acpd::runner {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::unexpected<protocol::failure> bad(std::string text) {
  return std::unexpected(protocol::failure{protocol::invalid_params, std::move(text)});
}

std::string_view trim(std::string_view text) {
  auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

struct word {
  std::string text;
  bool quoted = false; // a quoted "--" is a pattern, not the separator
};

// Takes words off the front of a text, split as sh would; nothing is expanded.
class words {
public:
  explicit words(std::string_view text) : rest_(trim(text)) {}

  std::string_view rest() const { return rest_; }
  bool unclosed() const { return unclosed_; }

  std::optional<word> next() {
    if (rest_.empty()) return std::nullopt;
    word w;
    char quote = 0;
    std::size_t i = 0;
    for (; i < rest_.size(); ++i) {
      char c = rest_[i];
      if (quote == 0 && blanks.contains(c)) break;
      if (c == '\\' && quote != '\'' && i + 1 < rest_.size()) {
        w.text += rest_[++i];
        w.quoted = true;
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
        w.quoted = true;
      } else if (c == quote && quote != 0) {
        quote = 0;
      } else {
        w.text += c;
      }
    }
    unclosed_ = quote != 0;
    rest_ = trim(rest_.substr(i));
    return w;
  }

private:
  std::string_view rest_;
  bool unclosed_ = false;
};

std::string requoted(std::string_view text) {
  if (text.find_first_of(" \t\r\n'\"\\") == std::string_view::npos && text != "--" &&
      !text.starts_with("--"))
    return std::string(text);
  std::string out = "'";
  for (char c : text)
    c == '\'' ? void(out += "'\\''") : void(out += c);
  return out + "'";
}

protocol::result<int> jobs_value(const std::optional<word>& w) {
  int jobs = 0;
  if (w) {
    auto end = w->text.data() + w->text.size();
    auto [stop, ec] = std::from_chars(w->text.data(), end, jobs);
    if (ec == std::errc{} && stop == end && jobs >= 1 && jobs <= max_jobs) return jobs;
  }
  return bad("--jobs takes a number from 1 to " + std::to_string(max_jobs) +
             (w ? ", not \"" + w->text + "\"" : ""));
}

// Handles --jobs N, --fresh and --keep-going; false: the word is no option.
protocol::result<bool> option(const word& w, words& in, request& out) {
  if (w.quoted || !w.text.starts_with("--") || w.text == "--") return false;
  if (w.text == "--fresh") {
    out.fresh = true;
  } else if (w.text == "--keep-going") {
    // What it always does: a failure never stops the others.
  } else if (w.text == "--jobs") {
    auto jobs = jobs_value(in.next());
    if (!jobs) return std::unexpected(jobs.error());
    out.jobs = *jobs;
  } else if (w.text.starts_with("--jobs=")) {
    auto jobs = jobs_value(word{w.text.substr(7)});
    if (!jobs) return std::unexpected(jobs.error());
    out.jobs = *jobs;
  } else {
    return bad("unknown option \"" + w.text + "\": there are --jobs N and --fresh");
  }
  return true;
}

protocol::result<request> parse_each(words in) {
  request out{.what = verb::each};
  bool separated = false;
  while (auto w = in.next()) {
    if (in.unclosed()) return bad("a quote is not closed before --");
    if (w->text == "--" && !w->quoted) {
      separated = true;
      break;
    }
    auto taken = option(*w, in, out);
    if (!taken) return std::unexpected(taken.error());
    if (!*taken) out.globs.push_back(w->text);
  }
  out.command = in.rest();
  if (!separated || out.command.empty())
    return bad("what is to be run for each file? Write /each GLOB… -- COMMAND {}");
  if (out.globs.empty())
    return bad(
        "which files? Write /each GLOB… -- COMMAND {}, for example /each **/*.c -- wc -l {}");
  out.canonical = "/each";
  for (auto& g : out.globs)
    out.canonical += " " + requoted(g);
  out.canonical += " -- " + out.command;
  return out;
}

protocol::result<request> parse_test(words in) {
  request out{.what = verb::test};
  for (;;) {
    auto before = in;
    auto w = in.next();
    if (!w || (w->text == "--" && !w->quoted)) break;
    auto taken = option(*w, in, out);
    if (!taken) return std::unexpected(taken.error());
    if (*taken) continue;
    in = before;
    break;
  }
  out.command = in.rest();
  out.canonical = out.command.empty() ? "/test" : "/test -- " + out.command;
  return out;
}

protocol::result<request> parse_plain(verb what, words in) {
  request out{.what = what};
  while (auto w = in.next()) {
    auto taken = option(*w, in, out);
    if (!taken) return std::unexpected(taken.error());
    if (!*taken) return bad("\"" + w->text + "\" is too much here: see /help");
  }
  return out;
}

} // namespace

protocol::result<request> parse_prompt(std::string_view text) {
  text = trim(text);
  auto end = text.find_first_of(blanks);
  auto name = text.substr(0, end);
  words rest(end == std::string_view::npos ? std::string_view{} : text.substr(end));
  if (name == "/each") return parse_each(rest);
  if (name == "/test") return parse_test(rest);
  if (name == "/continue") return parse_plain(verb::resume, rest);
  if (name == "/status") return request{.what = verb::status};
  if (name == "/help") return request{.what = verb::help};
  if (name.size() > 1 && name.starts_with('/') && name.find('/', 1) == std::string_view::npos)
    return bad("unknown command " + std::string(name) + "\n\n" + help_text());
  return request{};
}

std::string help_text() {
  return "I run commands over many files and keep going when the editor is gone. No model is "
         "involved.\n\n"
         "- `/each GLOB… [--jobs N] [--fresh] -- COMMAND {}` runs a shell command for each file "
         "that matches, e.g. `/each src/**/*.c -- clang-format --dry-run -Werror {}`\n"
         "- `/test [COMMAND]` runs a test suite: a command, or without one every test that CTest "
         "finds\n"
         "- `/continue [--jobs N]` goes on with the last job that is not finished; giving the same "
         "command again does that, too\n"
         "- `/status` shows this session's jobs, `/help` this text\n\n"
         "`--jobs` is how many run at once (default: the number of cores), `--fresh` starts a job "
         "over. A failure never stops the others.";
}

} // namespace acpd::runner
