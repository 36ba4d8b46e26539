#include "protocol/view_v2.h"

#include "protocol/render_fields.h"

#include <algorithm>
#include <array>

namespace acpd::protocol {
namespace {

using namespace fields;

bool is_message_chunk(std::string_view variant) {
  return variant == "agent_message_chunk" || variant == "agent_thought_chunk" ||
         variant == "user_message_chunk";
}

/// The id of a message that its agent gave none: the row's. Where there is no row's, as for a frame
/// of a fold, what core mints for the chunk that begins a message.
std::string message_id_of(const logged_update& u) {
  if (!u.message_id.empty()) return '"' + std::string(u.message_id) + '"';
  return "\"m" + std::to_string(u.seq) + '"';
}

/// v2 wants each chunk to name its message.
void chunk(const logged_update& u, std::string_view update, frame_out& out) {
  std::string with_id(update.substr(0, update.size() - 1));
  if (member(update, "messageId").empty()) {
    (with_id += R"(,"messageId":)") += message_id_of(u);
    return out.update(with_id += '}');
  }
  out.update(rewritten(update, [&](json_builder& to, std::string_view key, std::string_view value) {
    const bool id = same_text(key, "messageId");
    to.raw(key, id && !is_string(value) ? message_id_of(u) : std::string(value));
  }));
}

constexpr std::array<std::string_view, 7> defaults{"name",      "kind",     "status",   "content",
                                                   "locations", "rawInput", "rawOutput"};

void plan(std::string_view update, frame_out& out) {
  out.update(rewritten(update, [](json_builder& to, std::string_view key, std::string_view value) {
    if (same_text(key, "sessionUpdate")) {
      to.text(key, "plan_update");
    } else if (same_text(key, "entries")) {
      std::string items;
      json_builder(items, '{')
          .text("type", "items")
          .text("planId", "main")
          .raw("entries", value)
          .end();
      to.raw("plan", items);
    } else {
      to.raw(key, value);
    }
  }));
}

void commands(std::string_view update, frame_out& out) {
  out.update(rewritten(update, [](json_builder& to, std::string_view key, std::string_view value) {
    to.raw(key, same_text(key, "availableCommands") ? commands_to_v2(value) : std::string(value));
  }));
}

} // namespace

void view_v2::add(const logged_update& u, const envelope& e, std::string_view variant,
                  frame_out& out) {
  const std::string_view update = e.update.in(u.line);
  if (variant == "current_mode_update") return mode(update, out);
  if (variant == "config_option_update") return options(update, out);
  if (!out.shown()) return; // the rest leaves nothing to remember
  if (is_message_chunk(variant)) return e.message_id ? out.unchanged() : chunk(u, update, out);
  if (variant == "tool_call") return tool(update, true, out);
  if (variant == "tool_call_update") return tool(update, false, out);
  if (variant == "plan") return plan(update, out);
  if (variant == "available_commands_update") return commands(update, out);
  out.unchanged(); // the same in both, or for v2's open union
}

/// In v1 null is no change, and `tool_call` makes a call afresh; in v2 null resets a field, and the
/// same update does both.
void view_v2::tool(std::string_view update, bool announces, frame_out& out) const {
  std::array<bool, defaults.size()> given{};
  std::string patch;
  json_builder to(patch, '{');
  for_each_member(update, [&](std::string_view key, std::string_view value) {
    if (same_text(key, "sessionUpdate")) {
      to.text(key, "tool_call_update");
    } else if (!is_null(value)) {
      const auto at = std::ranges::find_if(
          defaults, [&](std::string_view name) { return same_text(key, name); });
      if (at != defaults.end()) given[static_cast<std::size_t>(at - defaults.begin())] = true;
      const bool content = same_text(key, "content") && is_array(value);
      to.raw(key, content ? tool_content_to_v2(value) : std::string(value));
    }
  });
  for (std::size_t i = 0; announces && i < defaults.size(); ++i) {
    if (!given[i]) to.raw(defaults[i], "null");
  }
  to.end();
  out.update(patch);
}

void view_v2::mode(std::string_view update, frame_out& out) {
  const auto id = member(update, "currentModeId");
  if (!is_string(id)) return;
  mode_ = id;
  if (!out.shown()) return;
  out.update(rewritten(update, [&](json_builder& to, std::string_view key, std::string_view value) {
    if (same_text(key, "sessionUpdate")) {
      to.text(key, "config_option_update");
    } else if (same_text(key, "currentModeId")) {
      to.raw("configOptions", options_to_v2(facts_.config_options, facts_.modes, mode_));
    } else {
      to.raw(key, value);
    }
  }));
}

void view_v2::options(std::string_view update, frame_out& out) {
  const auto list = member(update, "configOptions");
  if (!is_array(list)) return;
  facts_.config_options = list;
  if (!mode_option(list).empty()) mode_.clear(); // the list says it
  if (!out.shown()) return;
  out.update(rewritten(update, [&](json_builder& to, std::string_view key, std::string_view value) {
    to.raw(key, same_text(key, "configOptions") ? options_to_v2(list, facts_.modes, mode_)
                                                : std::string(value));
  }));
}

} // namespace acpd::protocol
