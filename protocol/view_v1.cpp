#include "protocol/view_v1.h"

#include "protocol/render_fields.h"

#include <algorithm>
#include <iterator>

namespace acpd::protocol {
namespace {

using namespace fields;

/// "agent_message" for agent_message and agent_message_chunk; empty for what is no message.
std::string_view message_kind(std::string_view variant) {
  if (variant.ends_with("_chunk")) variant.remove_suffix(6);
  const bool known =
      variant == "user_message" || variant == "agent_message" || variant == "agent_thought";
  return known ? variant : std::string_view{};
}

std::string chunk_update(std::string_view kind, std::string_view id, std::string_view block,
                         std::string_view meta) {
  std::string out;
  json_builder(out, '{')
      .text("sessionUpdate", std::string(kind) + "_chunk")
      .raw("messageId", id)
      .raw("content", block_to_v1(block))
      .raw_if("_meta", meta)
      .end();
  return out;
}

void commands(std::string_view update, frame_out& out) {
  out.update(rewritten(update, [](json_builder& to, std::string_view key, std::string_view value) {
    to.raw(key, same_text(key, "availableCommands") ? commands_to_v1(value) : std::string(value));
  }));
}

} // namespace

void view_v1::add(const logged_update& u, const envelope& e, std::string_view variant,
                  frame_out& out) {
  const std::string_view update = e.update.in(u.line);
  follow(u, variant);
  if (add_message(variant, update, out) || add_call(u, variant, update, out)) return;
  if (variant == "plan_update") return add_plan(update, false, out);
  if (variant == "plan_removed") return add_plan(update, true, out);
  if (!out.shown()) return; // the rest leaves nothing to remember
  if (variant == "state_update") return state(update, out);
  if (variant == "config_option_update") return options(update, out);
  if (variant == "available_commands_update") return commands(update, out);
  if (variant.starts_with("compaction_")) return compaction(update, out);
  const bool same = variant == "session_info_update" || variant == "usage_update";
  const bool subagent = variant == "subagent_update" || variant == "session_message" ||
                        variant == "session_message_chunk";
  if (same || (variant == "notice" && view_.notices) || (subagent && view_.subagents))
    out.unchanged();
  // v1's union is closed: anything else would be an error to its clients.
}

/// Notices changes of the turn and of the agent's process. What acpd wrote itself has none, and in
/// a user's message the field says another thing.
void view_v1::follow(const logged_update& u, std::string_view variant) {
  const bool of_agent = u.process != 0 && !variant.starts_with("user_message");
  if (!started_) {
    turn_ = u.turn;
    process_ = of_agent ? u.process : 0;
    started_ = true;
    return;
  }
  if (of_agent && u.process != process_) {
    const bool known = process_ != 0;
    process_ = u.process;
    if (known) {
      messages_.clear();
      calls_.clear();
      terminals_.clear();
      plans_.clear();
    }
  }
  if (u.turn == turn_) return;
  turn_ = u.turn;
  forget_ended();
}

void view_v1::forget_ended() {
  messages_.clear();
  plans_.clear();
  std::erase_if(calls_, [](const auto& c) { return c.second.ended(); });
  for (auto t = terminals_.begin(); t != terminals_.end();) {
    auto& used_in = t->second.used_in;
    std::erase_if(used_in, [this](const std::string& id) { return !calls_.contains(id); });
    t = t->second.exited() && used_in.empty() ? terminals_.erase(t) : std::next(t);
  }
}

// ---- messages

bool view_v1::add_message(std::string_view variant, std::string_view update, frame_out& out) {
  if (message_kind(variant).empty()) return false;
  if (!is_string(member(update, "messageId"))) return true; // belongs to nothing
  if (variant.ends_with("_chunk")) {
    chunk(variant, update, out);
  } else {
    message(variant, update, out);
  }
  return true;
}

void view_v1::chunk(std::string_view variant, std::string_view update, frame_out& out) {
  const auto id = member(update, "messageId");
  const auto block = member(update, "content");
  const auto kind = message_kind(variant);
  shown_message& shown = messages_[std::string(kind) + std::string(id)];
  shown.append(block);
  if (!out.shown()) return;
  if (shown.is_original() && is_v1_block(block)) return out.unchanged();
  out.update(chunk_update(kind, shown.id(id), block, member(update, "_meta")));
}

void view_v1::message(std::string_view variant, std::string_view update, frame_out& out) {
  const auto content = member(update, "content");
  if (content.empty()) return; // only its _meta changes: there is nothing to append that to
  const auto id = member(update, "messageId");
  shown_message& shown = messages_[std::string(variant) + std::string(id)];
  const auto blocks = shown.replace(is_array(content) ? content : "[]");
  if (!out.shown()) return;
  auto meta = member(update, "_meta");
  for (const std::string& block : blocks)
    out.update(chunk_update(variant, shown.id(id), block, std::exchange(meta, {})));
}

// ---- plans

/// v1 has one plan: all entries of all plans of this turn.
void view_v1::add_plan(std::string_view update, bool removed, frame_out& out) {
  const auto changed = removed ? update : member(update, "plan");
  const auto id = member(changed, "planId");
  if (!is_string(id)) return;
  const auto at = std::ranges::find(plans_, id, &plan::id);
  if (removed) {
    if (at == plans_.end()) return;
    plans_.erase(at);
  } else {
    std::string entries;
    json_builder list(entries, '[');
    plan_entries_to_v1(list, changed);
    list.end();
    plan& mine = at == plans_.end() ? plans_.emplace_back(plan{std::string(id), {}}) : *at;
    mine.entries = entries.substr(1, entries.size() - 2);
  }
  if (!out.shown()) return;
  std::string all;
  json_builder list(all, '[');
  for (const plan& p : plans_) {
    if (!p.entries.empty()) list.element(p.entries);
  }
  list.end();
  std::string merged;
  json_builder(merged, '{')
      .text("sessionUpdate", "plan")
      .raw("entries", all)
      .raw_if("_meta", member(update, "_meta"))
      .end();
  out.update(merged);
}

// ---- the session

/// v1 says the mode beside the options, and some clients look there only.
void view_v1::options(std::string_view update, frame_out& out) {
  const auto list = member(update, "configOptions");
  if (!is_array(list)) return;
  const auto mode = member(mode_option(list), "currentValue");
  if (is_string(mode)) {
    std::string current;
    json_builder(current, '{')
        .text("sessionUpdate", "current_mode_update")
        .raw("currentModeId", mode)
        .end();
    out.update(current);
  }
  out.update(rewritten(update, [&](json_builder& to, std::string_view key, std::string_view value) {
    to.raw(key, same_text(key, "configOptions") ? options_to_v1(list, view_.boolean_options)
                                                : std::string(value));
  }));
}

void view_v1::compaction(std::string_view update, frame_out& out) const {
  if (!view_.compaction) return;
  out.update(rewritten(update, [](json_builder& to, std::string_view key, std::string_view value) {
    if (same_text(key, "content")) return to.raw(key, block_to_v1(value)), void();
    if (!same_text(key, "summary") || !is_array(value)) return to.raw(key, value), void();
    std::string blocks;
    json_builder list(blocks, '[');
    for_each_element(value, [&](std::string_view block) { list.element(block_to_v1(block)); });
    list.end();
    to.raw(key, blocks);
  }));
}

/// v1 knows of states only by prompts that are not answered: acpd's own notification says the rest.
void view_v1::state(std::string_view update, frame_out& out) const {
  if (!view_.states || out.session().empty()) return;
  std::string params;
  json_builder to(params, '{');
  to.raw("sessionId", out.session()).raw_if("_meta", member(out.params(), "_meta"));
  for_each_member(update, [&](std::string_view key, std::string_view value) {
    if (!same_text(key, "sessionUpdate") && !same_text(key, "_meta") &&
        !same_text(key, "sessionId"))
      to.raw(key, value);
  });
  to.end();
  out.line(R"({"jsonrpc":"2.0","method":"_acpd/state","params":)" + params + '}');
}

} // namespace acpd::protocol
