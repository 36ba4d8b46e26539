#include "protocol/render_fields.h"

#include <algorithm>
#include <array>

namespace acpd::protocol::fields {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view raw, const std::array<std::string_view, N>& words) {
  return std::ranges::any_of(words, [raw](std::string_view word) { return says(raw, word); });
}

constexpr std::array<std::string_view, 5> v1_blocks{"text", "image", "audio", "resource_link",
                                                    "resource"};

/// v1 has these two; another makes the whole block invalid.
bool has_v1_audience(std::string_view annotations) {
  bool all = true;
  for_each_element(member(annotations, "audience"), [&](std::string_view role) {
    all = all && (says(role, "user") || says(role, "assistant"));
  });
  return all;
}

std::string annotations_to_v1(std::string_view annotations) {
  return rewritten(annotations, [](json_builder& to, std::string_view key, std::string_view value) {
    if (!same_text(key, "audience")) return to.raw(key, value), void();
    std::string roles;
    json_builder known(roles, '[');
    for_each_element(value, [&](std::string_view role) {
      if (says(role, "user") || says(role, "assistant")) known.element(role);
    });
    known.end();
    to.raw(key, roles);
  });
}

} // namespace

bool says(std::string_view raw, std::string_view text) {
  return is_string(raw) && same_text(raw.substr(1, raw.size() - 2), text);
}

bool is_v1_block(std::string_view block) {
  bool known = false;
  bool roles = true;
  for_each_member(block, [&](std::string_view key, std::string_view value) {
    if (same_text(key, "type")) known = is_one_of(value, v1_blocks);
    if (same_text(key, "annotations")) roles = has_v1_audience(value);
  });
  return known && roles;
}

std::string block_to_v1(std::string_view block) {
  const auto type = member(block, "type");
  if (!is_one_of(type, v1_blocks))
    return text_block("(content of type " + quoted(unquote(type)) +
                      " that this editor cannot show)");
  if (is_v1_block(block)) return std::string(block);
  return rewritten(block, [](json_builder& to, std::string_view key, std::string_view value) {
    to.raw(key, same_text(key, "annotations") ? annotations_to_v1(value) : std::string(value));
  });
}

std::string_view tool_kind_to_v1(std::string_view kind) {
  constexpr std::array<std::string_view, 10> known{"read",        "edit",    "delete", "move",
                                                   "search",      "execute", "think",  "fetch",
                                                   "switch_mode", "other"};
  return is_one_of(kind, known) ? kind : R"("other")";
}

std::string_view tool_status_to_v1(std::string_view status) {
  constexpr std::array<std::string_view, 4> known{"pending", "in_progress", "completed", "failed"};
  if (is_null(status)) return R"("pending")";
  if (says(status, "cancelled")) return R"("failed")";
  return is_one_of(status, known) ? status : R"("in_progress")"; // paused, and what is unknown
}

std::string commands_to_v2(std::string_view array) {
  std::string out;
  json_builder all(out, '[');
  for_each_element(array, [&](std::string_view command) {
    std::string one;
    json_builder copy(one, '{');
    copy.text("type", "command");
    for_each_member(command, [&](std::string_view key, std::string_view value) {
      if (same_text(key, "type")) return;
      if (!same_text(key, "input") || !is_object(value)) return copy.raw(key, value), void();
      copy.raw(key, rewritten(value, [first = true](json_builder& to, std::string_view name,
                                                    std::string_view text) mutable {
                 if (std::exchange(first, false)) to.text("type", "text");
                 if (!same_text(name, "type")) to.raw(name, text);
               }));
    });
    copy.end();
    all.element(one);
  });
  all.end();
  return out;
}

std::string commands_to_v1(std::string_view array) {
  std::string out;
  json_builder all(out, '[');
  for_each_element(array, [&](std::string_view command) {
    if (!says(member(command, "type"), "command")) return;
    all.element(
        rewritten(command, [](json_builder& to, std::string_view key, std::string_view value) {
          if (same_text(key, "type")) return;
          if (!same_text(key, "input") || !is_object(value)) return to.raw(key, value), void();
          if (!says(member(value, "type"), "text")) return; // the command without its input
          to.raw(key, rewritten(value, [](json_builder& input, std::string_view name,
                                          std::string_view text) {
                   if (!same_text(name, "type")) input.raw(name, text);
                 }));
        }));
  });
  all.end();
  return out;
}

void plan_entries_to_v1(json_builder& entries, std::string_view plan) {
  constexpr std::array<std::string_view, 3> priorities{"high", "medium", "low"};
  constexpr std::array<std::string_view, 3> statuses{"pending", "in_progress", "completed"};
  const auto single = [&](std::string_view content) {
    if (!is_string(content)) return;
    std::string entry;
    json_builder(entry, '{')
        .raw("content", content)
        .text("priority", "medium")
        .text("status", "pending")
        .end();
    entries.element(entry);
  };
  const auto type = member(plan, "type");
  if (says(type, "file")) return single(member(plan, "uri"));
  if (says(type, "markdown")) return single(member(plan, "content"));
  if (!says(type, "items")) return;
  for_each_element(member(plan, "entries"), [&](std::string_view entry) {
    const bool cancelled = says(member(entry, "status"), "cancelled");
    entries.element(
        rewritten(entry, [&](json_builder& to, std::string_view key, std::string_view value) {
          if (same_text(key, "priority") && !is_one_of(value, priorities)) {
            to.text(key, "medium");
          } else if (same_text(key, "status") && !is_one_of(value, statuses)) {
            to.text(key, cancelled ? "completed" : "pending");
          } else if (same_text(key, "content") && cancelled && is_string(value)) {
            to.raw(key, std::string(value.substr(0, value.size() - 1)) + " (cancelled)\"");
          } else {
            to.raw(key, value);
          }
        }));
  });
}

} // namespace acpd::protocol::fields
