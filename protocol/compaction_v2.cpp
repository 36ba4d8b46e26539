#include "protocol/base64.h"
#include "protocol/compactor_state.h"

#include <utility>

namespace acpd::protocol {
namespace {

/// "agent_message" for agent_message and agent_message_chunk; empty for what is no message.
std::string_view message_kind(std::string_view variant) {
  if (variant.ends_with("_chunk")) variant.remove_suffix(6);
  const bool known =
      variant == "user_message" || variant == "agent_message" || variant == "agent_thought";
  return known ? variant : std::string_view{};
}

bool is_string(std::string_view raw) { return raw.starts_with('"'); }

} // namespace

/// True: the update is in. False: it passes as it is.
bool compactor::state::add_v2(const logged_update& u, const envelope& e, std::string_view variant) {
  if (const auto kind = message_kind(variant); !kind.empty()) {
    if (kind != variant) return append_to_message(u, e, kind);
    return patch_entity(u, e, kind, "messageId", "content");
  }
  if (variant == "terminal_output_chunk") return append_output(u, e);
  if (variant == "tool_call_update")
    return patch_entity(u, e, "tool_call", "toolCallId", "content");
  if (variant == "terminal_update") return patch_entity(u, e, "terminal", "terminalId", "output");
  if (variant == "tool_call_content_chunk") return append_call_content(u, e);
  if (variant == "plan_update" || variant == "plan_removed")
    return keep_last_plan(u, e, variant == "plan_removed"), true;
  return false;
}

compactor::state::entity& compactor::state::entity_of(const logged_update& u, std::string_view kind,
                                                      std::string_view id) {
  std::string key(kind);
  ((key += ' ') += std::to_string(u.turn)) += ' ';
  ((key += std::to_string(u.process)) += ' ') += id;
  const auto [at, is_new] = entity_by_key.try_emplace(std::move(key), entities.size());
  if (is_new) entities.emplace_back();
  return entities[at->second];
}

/// An upsert stands at its entity's first entry. One that says the `whole` content or output takes
/// with it what was appended before.
bool compactor::state::patch_entity(const logged_update& u, const envelope& e,
                                    std::string_view kind, std::string_view id_key,
                                    std::string_view whole) {
  const auto update = e.update.in(u.line);
  const auto id = member(update, id_key);
  if (!is_string(id)) return false;
  close_run();
  entity& mine = entity_of(u, kind, id);
  if (!mine.patch.merge(e.params.in(u.line), update, u.line)) return false;
  std::size_t place = none;
  if (!member(update, whole).empty()) {
    for (const std::size_t i : mine.appended) {
      if (place == none) place = i;
      drop(i);
    }
    mine.appended.clear();
  }
  if (mine.slot != none) return true;
  if (place == none) {
    place = slots.size();
    slots.push_back({.seq = u.seq, .version = u.version});
  }
  slot& s = slots[place];
  s.dropped = false;
  s.rescan = true;
  s.patch = static_cast<std::size_t>(&mine - entities.data());
  mine.slot = place;
  return true;
}

/// Goes into the content where that is known from its beginning; else it stands for itself.
bool compactor::state::append_call_content(const logged_update& u, const envelope& e) {
  const auto update = e.update.in(u.line);
  const auto id = member(update, "toolCallId");
  const auto item = member(update, "content");
  if (!is_string(id) || item.empty()) return false;
  close_run();
  entity& mine = entity_of(u, "tool_call", id);
  const bool plain = member(update, "_meta").empty() && !e.params_meta && mine.appended.empty();
  if (plain && mine.slot != none && mine.patch.append_item("content", item)) return true;
  mine.appended.push_back(slots.size());
  pass(u, splice_of(e, u.line));
  return true;
}

/// Adjacent chunks of one terminal become one; base64 is decoded and made again at the end.
bool compactor::state::append_output(const logged_update& u, const envelope& e) {
  const auto update = e.update.in(u.line);
  const auto id = member(update, "terminalId");
  const auto data = member(update, "data");
  if (!is_string(id) || !is_string(data)) return false;
  const auto bytes = from_base64(unquote(data));
  const auto from = static_cast<std::size_t>(data.data() - u.line.data()) + 1;
  const auto prefix = u.line.substr(0, from);
  const auto suffix = u.line.substr(from + data.size() - 2);
  if (bytes && run.binary && continues_run(u, prefix, data.size(), suffix)) {
    run.bytes += *bytes;
    slots.back().rescan = true;
    return true;
  }
  close_run();
  entity_of(u, "terminal", id).appended.push_back(slots.size());
  slot& s = pass(u, splice_of(e, u.line));
  if (!bytes) return true;
  s.line.resize(prefix.size());
  run = {true, u.turn, u.process, std::string(u.message_id), prefix.size(), std::string(suffix),
         true, *bytes};
  return true;
}

bool compactor::state::append_to_message(const logged_update& u, const envelope& e,
                                         std::string_view kind) {
  const auto id = member(e.update.in(u.line), "messageId");
  const std::size_t before = slots.size();
  if (!add_chunk(u, e)) {
    close_run();
    pass(u, splice_of(e, u.line)).message_id = u.message_id;
  }
  if (slots.size() > before && is_string(id)) entity_of(u, kind, id).appended.push_back(before);
  return true;
}

/// Of each plan the last counts, and its removal counts as the last.
void compactor::state::keep_last_plan(const logged_update& u, const envelope& e, bool removed) {
  close_run();
  const auto update = e.update.in(u.line);
  const auto id = member(removed ? update : member(update, "plan"), "planId");
  slot& s = pass(u, splice_of(e, u.line));
  if (!is_string(id)) return;
  s.single = singleton::plan_item;
  const auto [at, is_new] = plans.try_emplace(std::string(id), slots.size() - 1);
  if (!is_new) drop(std::exchange(at->second, slots.size() - 1));
}

} // namespace acpd::protocol
