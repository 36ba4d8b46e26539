#include "server/core/terminal_views.h"

#include "protocol/envelope.h"
#include "protocol/splice.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace acpd::core {

using namespace protocol;

namespace {

constexpr std::string_view name_prefix = "acpd-term-";

/// A content element's terminal; 0: it is something else.
std::uint64_t terminal_in(std::string_view element) {
  if (member(element, "type") != R"("terminal")") return 0;
  return terminal_number(unquote(member(element, "terminalId")));
}

/// The array with each terminal replaced by what `instead` gives for it (empty: left out); empty
/// when there is none in it.
template <class F>
std::string replaced(std::string_view content, F instead) {
  std::string out = "[";
  bool found = false;
  for_each_element(content, [&](std::string_view element) {
    const std::uint64_t terminal = terminal_in(element);
    found = found || terminal;
    const std::string made = terminal ? instead(terminal) : std::string(element);
    if (made.empty()) return;
    if (out.size() > 1) out += ',';
    out += made;
  });
  return found ? out + "]" : std::string();
}

template <class F>
void for_each_terminal(std::string_view content, F f) {
  for_each_element(content, [&](std::string_view element) {
    if (const std::uint64_t terminal = terminal_in(element)) f(terminal);
  });
}

bool shows(std::string_view content, std::uint64_t terminal) {
  bool found = false;
  for_each_terminal(content, [&](std::uint64_t one) { found = found || one == terminal; });
  return found;
}

/// The newest bytes, from the start of a character.
std::string_view newest(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  text.remove_prefix(text.size() - limit);
  while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0) == 0x80)
    text.remove_prefix(1);
  return text;
}

/// A code fence that nothing in the text ends.
std::string fence_for(std::string_view text) {
  std::size_t longest = 2, run = 0;
  for (const char c : text)
    longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  return std::string(longest + 1, '`');
}

bool has_ended(std::string_view update) {
  const std::string_view status = member(update, "status");
  return status == R"("completed")" || status == R"("failed")";
}

} // namespace

std::string terminal_name(std::uint64_t number) {
  return std::string(name_prefix) + std::to_string(number);
}

std::uint64_t terminal_number(std::string_view name) {
  std::uint64_t n = 0;
  if (name.starts_with(name_prefix))
    std::from_chars(name.data() + name_prefix.size(), name.data() + name.size(), n);
  return n;
}

std::string without_terminals(std::string_view line) {
  const auto e = scan(line);
  if (!e || !e->update) return std::string(line);
  const std::string_view content = member(e->update.in(line), "content");
  const std::string rest = replaced(content, [](std::uint64_t) { return std::string(); });
  std::string out(line);
  if (!rest.empty())
    out.replace(static_cast<std::size_t>(content.data() - line.data()), content.size(), rest);
  return out;
}

bool terminal_views::concerns(std::string_view line) const {
  return !calls_.empty() ||
         ::memmem(line.data(), line.size(), name_prefix.data(), name_prefix.size()) != nullptr;
}

bool terminal_views::started(std::uint64_t number, std::string_view command) {
  const auto [at, is_new] = terminals_.try_emplace(number);
  if (is_new) at->second.command = command;
  changed_ = changed_ || is_new;
  return is_new;
}

terminal_views::change terminal_views::wrote(std::uint64_t number, std::string_view output,
                                             bool truncated, std::string_view how) {
  change made;
  const auto at = terminals_.find(number);
  if (at == terminals_.end() || !at->second.how.empty()) return made;
  terminal& t = at->second;
  const std::string_view now = newest(output, shown_bytes);
  const bool grew = truncated ? now != t.output : output.size() > t.seen;
  if (!grew && how.empty()) return made;
  if (grew) {
    made.whole = truncated || output.size() - t.seen > shown_bytes;
    made.bytes = made.whole ? now : output.substr(t.seen);
  }
  made.ended = !how.empty();
  t.seen = output.size();
  t.output = now;
  t.truncated = truncated || now.size() < output.size();
  t.how = how;
  changed_ = true;
  for (const auto& [id, content] : calls_)
    if (shows(content, number)) made.calls.push_back({id, as_text(content)});
  return made;
}

bool terminal_views::runs(std::uint64_t number) const {
  const auto at = terminals_.find(number);
  return at != terminals_.end() && at->second.how.empty();
}

std::vector<std::uint64_t> terminal_views::running() const {
  std::vector<std::uint64_t> out;
  for (const auto& [number, t] : terminals_)
    if (t.how.empty()) out.push_back(number);
  return out;
}

bool terminal_views::shows_running(const std::string& call) const {
  const auto at = calls_.find(call);
  bool any = false;
  if (at != calls_.end())
    for_each_terminal(at->second, [&](std::uint64_t number) { any = any || runs(number); });
  return any;
}

terminal_views::shown terminal_views::note(std::string_view update) {
  const std::string_view id = member(update, "toolCallId"), content = member(update, "content");
  if (!id.starts_with('"') || !content.starts_with('[')) return {}; // absent, null: no change
  shown made{std::string(id), as_text(content)};
  if (made.content.empty()) {
    changed_ = calls_.erase(made.call) > 0 || changed_;
  } else {
    calls_[made.call] = content;
    changed_ = true;
  }
  return made;
}

std::vector<std::uint64_t> terminal_views::cut_off(std::string_view update) const {
  std::vector<std::uint64_t> out;
  const auto call = calls_.find(std::string(member(update, "toolCallId")));
  if (call == calls_.end() || !has_ended(update)) return out;
  for_each_terminal(call->second, [&](std::uint64_t number) {
    const auto at = terminals_.find(number);
    if (at != terminals_.end() && at->second.how.empty()) out.push_back(number);
  });
  return out;
}

void terminal_views::forget_calls() {
  const auto ended = std::erase_if(terminals_, [](const auto& t) { return !t.second.how.empty(); });
  changed_ = changed_ || ended > 0 || !calls_.empty();
  calls_.clear();
}

std::string terminal_views::as_text(std::string_view content) const {
  return replaced(content, [this](std::uint64_t number) {
    return R"({"type":"content","content":{"type":"text","text":)" + quoted(text_of(number)) + "}}";
  });
}

std::string terminal_views::text_of(std::uint64_t number) const {
  const auto at = terminals_.find(number);
  if (at == terminals_.end()) return "(a terminal that is gone)";
  const terminal& t = at->second;
  std::string body = "$ " + t.command + "\n" + t.output;
  if (!body.ends_with('\n')) body += '\n';
  const std::string fence = fence_for(body);
  std::string text = fence + "console\n" + body + fence;
  if (t.truncated) text += "\n(only the end of its output is shown)";
  if (!t.how.empty() && t.how != "exit code 0") text += "\n(" + t.how + ")";
  return text;
}

std::string terminal_views::state() const {
  if (terminals_.empty() && calls_.empty()) return {};
  std::string out = R"({"terminals":[)";
  for (const auto& [number, t] : terminals_) {
    if (out.back() != '[') out += ',';
    out += R"({"id":)" + quoted(terminal_name(number)) + R"(,"command":)" + quoted(t.command) +
           R"(,"output":)" + quoted(t.output) + R"(,"how":)" + quoted(t.how) + R"(,"seen":)" +
           std::to_string(t.seen) + R"(,"truncated":)" + (t.truncated ? "true" : "false") + "}";
  }
  out += R"(],"calls":[)";
  for (const auto& [id, content] : calls_) {
    if (out.back() != '[') out += ',';
    out += R"({"id":)" + id + R"(,"content":)" + content + "}";
  }
  return out + "]}";
}

void terminal_views::restore(std::string_view state) {
  for_each_element(member(state, "terminals"), [this](std::string_view t) {
    const std::string_view seen = member(t, "seen");
    terminal& known = terminals_[terminal_number(unquote(member(t, "id")))];
    known = {unquote(member(t, "command")), unquote(member(t, "output")), unquote(member(t, "how")),
             member(t, "truncated") == "true"};
    std::from_chars(seen.data(), seen.data() + seen.size(), known.seen);
  });
  for_each_element(member(state, "calls"), [this](std::string_view c) {
    calls_[std::string(member(c, "id"))] = member(c, "content");
  });
}

} // namespace acpd::core
