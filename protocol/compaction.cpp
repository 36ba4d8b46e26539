#include "protocol/compaction.h"

#include "protocol/envelope.h"
#include "protocol/json_reader.h"
#include "protocol/tool_fold.h"

#include <algorithm>
#include <array>
#include <utility>

namespace acpd::protocol {
namespace {

constexpr std::size_t max_merged_bytes = std::size_t{256} * 1024;
constexpr std::size_t none = static_cast<std::size_t>(-1);
// What was accepted once, under whatever limits, must be understood here.
constexpr scan_limits no_limits{json_reader::hard_max_depth, max_line_bytes};

singleton singleton_of(std::string_view variant) {
  if (variant == "plan") return singleton::plan;
  if (variant == "usage_update") return singleton::usage;
  if (variant == "current_mode_update") return singleton::mode;
  if (variant == "config_option_update") return singleton::config;
  if (variant == "available_commands_update") return singleton::commands;
  if (variant == "session_info_update") return singleton::title;
  return singleton::none;
}

bool is_chunk(std::string_view variant) {
  return variant == "agent_message_chunk" || variant == "agent_thought_chunk" ||
         variant == "user_message_chunk";
}

/// update.content.text, raw, where content is a text block; else empty.
std::string_view chunk_text(std::string_view update) {
  const auto content = member(update, "content");
  if (unquote(member(content, "type")) != "text") return {};
  const auto text = member(content, "text");
  return text.starts_with('"') ? text : std::string_view{};
}

/// Whether `later` says all that `earlier` says. session_info_update is a patch (an absent title is
/// no change), so that it replaces another only when it has each of its fields.
bool covers(std::string_view later, std::string_view earlier) {
  bool all = true;
  for_each_member(earlier, [&](std::string_view key, std::string_view) {
    std::string name = "\"";
    all = all && !member(later, unquote((name += key) += '"')).empty();
  });
  return all;
}

std::string_view update_of(std::string_view line) {
  return member(member(line, "params"), "update");
}

} // namespace

/// Slots stand in the order of the frames. The last one may be a run of chunks that is still open:
/// its line then ends where the next text goes.
struct compactor::state {
  struct slot {
    std::uint64_t seq = 0;
    singleton single{};
    bool rescan = false; // the line is not the logged one: `where` comes at the end
    bool dropped = false;
    std::size_t call = none; // a tool call: its line comes at the end
    splice where{};
    std::string line{};
  };

  /// What the next chunk must equal to be merged with the last slot: all but the text, byte for
  /// byte.
  struct chunk_run {
    bool open = false;
    std::uint64_t turn = 0, process = 0;
    std::string message_id;
    std::size_t prefix_bytes = 0;
    std::string suffix;
  };

  std::vector<slot> slots;
  chunk_run run;
  tool_fold calls;
  std::array<std::size_t, 7> last_of; // by singleton: its slot
  std::vector<std::size_t> titles;    // slots of session_info_update that still count

  state() { last_of.fill(none); }

  slot& pass(const logged_update& u, const splice& where) {
    slots.push_back({.seq = u.seq, .where = where, .line = std::string(u.line)});
    return slots.back();
  }

  void close_run() {
    if (run.open) slots.back().line += run.suffix;
    run.open = false;
  }

  void add(const logged_update& u) {
    const auto e = scan(u.line, no_limits);
    if (!e || !e->update || !e->variant) {
      close_run();
      pass(u, e ? splice_of(*e, u.line) : splice{});
      return;
    }
    const std::string variant = unquoted(e->variant.in(u.line));
    if (is_chunk(variant) && add_chunk(u, *e)) return;
    close_run();
    if (variant == "notice") return; // live only
    const bool announces = variant == "tool_call";
    if ((announces || variant == "tool_call_update") && add_tool(u, *e, announces)) return;
    slot& s = pass(u, splice_of(*e, u.line));
    s.single = singleton_of(variant);
    if (s.single != singleton::none) keep_last(s.single);
  }

  static std::string unquoted(std::string_view contents) {
    if (contents.find('\\') == std::string_view::npos) return std::string(contents);
    return unquote('"' + std::string(contents) + '"');
  }

  bool add_chunk(const logged_update& u, const envelope& e) {
    const auto text = chunk_text(e.update.in(u.line));
    if (text.empty()) return false;
    const auto from = static_cast<std::size_t>(text.data() - u.line.data()) + 1;
    const auto prefix = u.line.substr(0, from);
    const auto words = text.substr(1, text.size() - 2);
    const auto suffix = u.line.substr(from + words.size());
    if (continues_run(u, prefix, words, suffix)) {
      slots.back().line += words;
      slots.back().rescan = true;
      return true;
    }
    close_run();
    slot& s = pass(u, splice_of(e, u.line));
    s.line.resize(prefix.size() + words.size());
    run = {true, u.turn, u.process, std::string(u.message_id), prefix.size(), std::string(suffix)};
    return true;
  }

  bool continues_run(const logged_update& u, std::string_view prefix, std::string_view words,
                     std::string_view suffix) const {
    if (!run.open || run.turn != u.turn || run.process != u.process) return false;
    if (run.message_id != u.message_id || run.prefix_bytes != prefix.size()) return false;
    const std::string& line = slots.back().line;
    if (line.size() + words.size() + suffix.size() > max_merged_bytes) return false;
    return line.starts_with(prefix) && run.suffix == suffix;
  }

  bool add_tool(const logged_update& u, const envelope& e, bool announces) {
    const auto update = e.update.in(u.line);
    const auto id = member(update, "toolCallId");
    if (!id.starts_with('"') || !e.session_id) return false;
    const tool_update t{
        u.turn, u.process, announces, id, e.session_id.in(u.line), e.params.in(u.line),
        update, u.line};
    std::size_t call = none;
    switch (calls.add(t, call)) {
    case tool_fold::outcome::opened:
      slots.push_back({.seq = u.seq, .rescan = true, .call = call});
      return true;
    case tool_fold::outcome::folded: return true;
    case tool_fold::outcome::too_large: return false;
    }
    return false;
  }

  /// The last slot is of `kind`: what it makes superfluous is dropped.
  void keep_last(singleton kind) {
    const std::size_t newest = slots.size() - 1;
    const auto drop = [this](std::size_t i) {
      slots[i].dropped = true;
      slots[i].line = {};
    };
    if (kind == singleton::title) {
      std::erase_if(titles, [&](std::size_t i) {
        const bool old = covers(update_of(slots[newest].line), update_of(slots[i].line));
        if (old) drop(i);
        return old;
      });
      titles.push_back(newest);
      return;
    }
    std::size_t& last = last_of[static_cast<std::size_t>(kind)];
    if (last != none) drop(last);
    last = newest;
  }

  std::vector<folded_frame> finish() {
    close_run();
    std::vector<folded_frame> frames;
    for (slot& s : slots) {
      if (s.dropped) continue;
      if (s.call != none) s.line = calls.line_of(s.call);
      if (s.rescan) {
        if (const auto e = scan(s.line, no_limits)) s.where = splice_of(*e, s.line);
      }
      frames.push_back({s.seq, s.single, s.where, std::move(s.line)});
    }
    return frames;
  }
};

compactor::compactor() : state_(std::make_unique<state>()) {}
compactor::~compactor() = default;
compactor::compactor(compactor&&) noexcept = default;
compactor& compactor::operator=(compactor&&) noexcept = default;

void compactor::add(const logged_update& update) { state_->add(update); }

std::vector<folded_frame> compactor::finish() {
  return std::exchange(state_, std::make_unique<state>())->finish();
}

void drop_superseded(std::vector<std::vector<folded_frame>>& folds) {
  std::array<bool, 7> seen{};
  std::vector<std::string> titles; // updates of the session_info_update frames kept so far
  const auto superseded = [&](const folded_frame& f) {
    if (f.single == singleton::none) return false;
    if (f.single != singleton::title)
      return std::exchange(seen[static_cast<std::size_t>(f.single)], true);
    std::string update(update_of(f.line));
    const bool old = std::ranges::any_of(
        titles, [&](const std::string& later) { return covers(later, update); });
    if (!old) titles.push_back(std::move(update));
    return old;
  };
  for (auto fold = folds.rbegin(); fold != folds.rend(); ++fold) {
    std::vector<folded_frame> kept;
    for (auto f = fold->rbegin(); f != fold->rend(); ++f) {
      if (!superseded(*f)) kept.push_back(std::move(*f));
    }
    std::ranges::reverse(kept);
    *fold = std::move(kept);
  }
}

} // namespace acpd::protocol
