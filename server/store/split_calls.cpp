#include "server/store/split_calls.h"

#include "protocol/envelope.h"
#include "protocol/splice.h"

#include <charconv>
#include <cstring>
#include <utility>

namespace acpd::store {

using namespace protocol;

namespace {

constexpr std::string_view end_note = "end";

std::string_view update_of(std::string_view line) {
  return member(member(line, "params"), "update");
}

/// The frame of a call that is announced elsewhere, as the update that it is: a replay's frame is
/// always a tool_call, whose title is its id when no other was known.
std::string as_update(std::string_view line) {
  const std::string_view update = update_of(line);
  const std::string_view id = member(update, "toolCallId");
  std::string made = R"({"sessionUpdate":"tool_call_update")";
  for_each_member(update, [&](std::string_view key, std::string_view value) {
    const bool stand_in = same_text(key, "title") && value == id;
    if (same_text(key, "sessionUpdate") || stand_in) return;
    ((((made += ",\"") += key) += "\":")) += value;
  });
  std::string out(line);
  out.replace(static_cast<std::size_t>(update.data() - line.data()), update.size(), made + "}");
  return out;
}

std::uint64_t number(std::string_view& text) {
  std::uint64_t n = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), n);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  return n;
}

/// One call's notes, in order: what compaction makes of their frames when they stand together.
void join(const std::vector<folded_frame>& notes,
          const std::function<std::optional<folded_frame>(std::uint64_t)>& frame_of,
          joined_calls& out) {
  compactor together;
  for (const folded_frame& note : notes) {
    const auto frame = frame_of(note.seq);
    if (!frame) return; // cannot be read: shown as they are
    std::string_view rest = note.line;
    const std::uint64_t turn = number(rest), process = number(rest);
    const auto add = [&](const std::string& line, bool stands_in) {
      together.add({.seq = note.seq,
                    .turn = turn,
                    .process = process,
                    .message_id = {},
                    .line = line,
                    .stands_in = stands_in});
    };
    const std::string own = with_own_content(*frame);
    add(rest.starts_with('a') ? own : as_update(own), false);
    if (!frame->behind.empty()) add(as_update(frame->line), true);
    out[note.seq] = {}; // part of an earlier one, unless it opens a call
  }
  for (folded_frame& frame : together.finish())
    out[frame.seq] = std::move(frame);
}

} // namespace

bool may_be_tool_call(std::string_view line) {
  constexpr std::string_view word = "toolCallId";
  return ::memmem(line.data(), line.size(), word.data(), word.size()) != nullptr;
}

bool announces_call(std::string_view line) {
  return unquote(member(update_of(line), "sessionUpdate")) == "tool_call";
}

std::optional<folded_frame> split_call(const folded_frame& frame, std::uint64_t turn,
                                       std::uint64_t process, bool announced) {
  const std::string_view update = update_of(frame.line);
  const std::string_view id = member(update, "toolCallId");
  if (!announces_call(frame.line) || !id.starts_with('"')) return std::nullopt;
  folded_frame note;
  note.seq = frame.seq;
  note.line = std::to_string(turn) + " " + std::to_string(process) + (announced ? " a " : " u ");
  note.line += id;
  return note;
}

folded_frame end_of_turn(std::uint64_t seq) {
  folded_frame note;
  note.seq = seq;
  note.line = end_note;
  return note;
}

bool is_note(const folded_frame& single) { return single.single == singleton::none; }

joined_calls join_calls(const std::vector<folded_frame>& notes,
                        const std::function<std::optional<folded_frame>(std::uint64_t)>& frame_of) {
  joined_calls out;
  std::map<std::string, std::vector<folded_frame>> calls; // of one turn, by process and id
  const auto end_turn = [&] {
    for (const auto& [key, of_call] : calls)
      if (of_call.size() > 1) join(of_call, frame_of, out);
    calls.clear();
  };
  for (const folded_frame& note : notes) {
    if (note.line == end_note) {
      end_turn();
      continue;
    }
    std::string key = note.line; // without how it begins
    if (const std::size_t letter = key.find(' ', key.find(' ') + 1); letter != std::string::npos)
      key.erase(letter, 2);
    calls[key].push_back(note);
  }
  end_turn();
  return out;
}

} // namespace acpd::store
