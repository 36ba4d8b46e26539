#include "protocol/base64.h"
#include "protocol/compactor_state.h"
#include "protocol/json_reader.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace acpd::protocol {
namespace {

constexpr std::size_t max_merged_bytes = std::size_t{256} * 1024;
// What was accepted once, under whatever limits, must be understood here.
constexpr scan_limits no_limits{json_reader::hard_max_depth, max_line_bytes};

singleton singleton_of(std::string_view variant) {
  if (variant == "plan") return singleton::plan;
  if (variant == "usage_update") return singleton::usage;
  if (variant == "current_mode_update") return singleton::mode;
  if (variant == "config_option_update") return singleton::config;
  if (variant == "available_commands_update") return singleton::commands;
  if (variant == "session_info_update") return singleton::title;
  if (variant == "state_update") return singleton::state;
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

/// Whether a later one may leave fields as they are: then it replaces only what it covers.
bool is_partial(singleton kind, acp_version version) {
  return kind == singleton::title || (kind == singleton::usage && version == acp_version::v2);
}

std::string unquoted(std::string_view contents) {
  if (contents.find('\\') == std::string_view::npos) return std::string(contents);
  return unquote('"' + std::string(contents) + '"');
}

/// The raw id of the plan that a v2 update is about.
std::string_view plan_id(std::string_view update) {
  const auto id = member(member(update, "plan"), "planId");
  return id.empty() ? member(update, "planId") : id;
}

} // namespace

compactor::state::state() { last_of.fill(none); }

compactor::state::slot& compactor::state::pass(const logged_update& u, const splice& where) {
  slots.push_back(
      {.seq = u.seq, .where = where, .line = std::string(u.line), .version = u.version});
  return slots.back();
}

void compactor::state::close_run() {
  if (run.open && run.binary) append_base64(slots.back().line, run.bytes);
  if (run.open) slots.back().line += run.suffix;
  run.open = false;
}

void compactor::state::drop(std::size_t i) {
  slots[i].dropped = true;
  slots[i].line = {};
}

void compactor::state::add(const logged_update& u) {
  const auto e = scan(u.line, no_limits);
  if (!e || !e->update || !e->variant) {
    close_run();
    pass(u, e ? splice_of(*e, u.line) : splice{});
    return;
  }
  const std::string variant = unquoted(e->variant.in(u.line));
  if (u.version == acp_version::v2) {
    if (add_v2(u, *e, variant)) return;
  } else {
    if (is_chunk(variant) && add_chunk(u, *e)) return;
    close_run();
    const bool announces = variant == "tool_call";
    if ((announces || variant == "tool_call_update") && add_tool(u, *e, announces)) return;
  }
  close_run();
  if (variant == "notice") return; // live only
  slot& s = pass(u, splice_of(*e, u.line));
  if (is_chunk(variant)) s.message_id = u.message_id;
  s.single = singleton_of(variant);
  if (s.single != singleton::none) keep_last(s.single);
}

bool compactor::state::add_chunk(const logged_update& u, const envelope& e) {
  const auto text = chunk_text(e.update.in(u.line));
  if (text.empty()) return false;
  const auto from = static_cast<std::size_t>(text.data() - u.line.data()) + 1;
  const auto prefix = u.line.substr(0, from);
  const auto words = text.substr(1, text.size() - 2);
  const auto suffix = u.line.substr(from + words.size());
  if (!run.binary && continues_run(u, prefix, words.size(), suffix)) {
    slots.back().line += words;
    slots.back().rescan = true;
    return true;
  }
  close_run();
  slot& s = pass(u, splice_of(e, u.line));
  s.message_id = u.message_id;
  s.line.resize(prefix.size() + words.size());
  run = {true,  u.turn, u.process, std::string(u.message_id), prefix.size(), std::string(suffix),
         false, {}};
  return true;
}

bool compactor::state::continues_run(const logged_update& u, std::string_view prefix,
                                     std::size_t more, std::string_view suffix) const {
  if (!run.open || run.turn != u.turn || run.process != u.process) return false;
  if (run.message_id != u.message_id || run.prefix_bytes != prefix.size()) return false;
  const std::string& line = slots.back().line;
  if (line.size() + run.bytes.size() / 3 * 4 + more + suffix.size() > max_merged_bytes)
    return false;
  return line.starts_with(prefix) && run.suffix == suffix;
}

bool compactor::state::add_tool(const logged_update& u, const envelope& e, bool announces) {
  const auto update = e.update.in(u.line);
  const auto id = member(update, "toolCallId");
  if (!id.starts_with('"') || !e.session_id) return false;
  const tool_update t{
      u.turn, u.process, announces,  id, e.session_id.in(u.line), e.params.in(u.line),
      update, u.line,    u.stands_in};
  std::size_t call = none;
  switch (calls.add(t, call)) {
  case tool_fold::outcome::opened:
    slots.push_back({.seq = u.seq, .rescan = true, .call = call, .version = u.version});
    return true;
  case tool_fold::outcome::folded: return true;
  case tool_fold::outcome::too_large: return false;
  }
  return false;
}

/// The last slot is of `kind`: what it makes superfluous is dropped.
void compactor::state::keep_last(singleton kind) {
  const std::size_t newest = slots.size() - 1;
  if (is_partial(kind, slots[newest].version)) {
    std::erase_if(partial, [&](std::size_t i) {
      const bool old = slots[i].single == kind &&
                       covers(update_of(slots[newest].line), update_of(slots[i].line));
      if (old) drop(i);
      return old;
    });
    partial.push_back(newest);
    return;
  }
  std::size_t& last = last_of[static_cast<std::size_t>(kind)];
  if (last != none) drop(last);
  last = newest;
}

std::vector<folded_frame> compactor::state::finish() {
  close_run();
  std::vector<folded_frame> frames;
  for (slot& s : slots) {
    if (s.dropped) continue;
    if (s.call != none) s.line = calls.line_of(s.call);
    if (s.patch != none) s.line = entities[s.patch].patch.line();
    if (s.rescan) {
      if (const auto e = scan(s.line, no_limits)) s.where = splice_of(*e, s.line);
    }
    frames.push_back({s.seq, s.single, s.where, std::move(s.line), s.version,
                      std::move(s.message_id),
                      s.call != none ? calls.behind(s.call) : std::string()});
  }
  return frames;
}

std::string with_own_content(const folded_frame& call) {
  const std::string_view shown = member(update_of(call.line), "content");
  std::string line = call.line;
  if (!call.behind.empty() && !shown.empty())
    line.replace(static_cast<std::size_t>(shown.data() - call.line.data()), shown.size(),
                 call.behind);
  return line;
}

compactor::compactor() : state_(std::make_unique<state>()) {}
compactor::~compactor() = default;
compactor::compactor(compactor&&) noexcept = default;
compactor& compactor::operator=(compactor&&) noexcept = default;

void compactor::add(const logged_update& update) { state_->add(update); }

std::vector<folded_frame> compactor::finish() {
  return std::exchange(state_, std::make_unique<state>())->finish();
}

void drop_superseded(std::vector<std::vector<folded_frame>>& folds) {
  std::array<bool, static_cast<std::size_t>(last_singleton) + 1> seen{};
  std::set<std::string, std::less<>> plans;               // raw ids
  std::vector<std::pair<singleton, std::string>> partial; // updates of those kept so far
  const auto superseded = [&](const folded_frame& f) {
    if (f.single == singleton::none) return false;
    if (f.single == singleton::plan_item)
      return !plans.insert(std::string(plan_id(update_of(f.line)))).second;
    if (!is_partial(f.single, f.version))
      return std::exchange(seen[static_cast<std::size_t>(f.single)], true);
    std::string update(update_of(f.line));
    const bool old = std::ranges::any_of(partial, [&](const auto& later) {
      return later.first == f.single && covers(later.second, update);
    });
    if (!old) partial.emplace_back(f.single, std::move(update));
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
