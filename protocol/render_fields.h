#pragma once

#include "protocol/json_build.h"

#include <functional>
#include <string>
#include <string_view>

/// The parts of updates, requests and results that v1 and v2 spell differently, from one to the
/// other: raw JSON in, raw JSON out; members that both have, and unknown ones, are copied as
/// written. What has no valid form on the other side is left out. Private to the room.
namespace acpd::protocol::fields {

/// Whether a raw value is the string `text`.
bool says(std::string_view raw, std::string_view text);
inline bool is_null(std::string_view raw) { return raw == "null"; }
inline bool is_object(std::string_view raw) { return raw.starts_with('{'); }
inline bool is_array(std::string_view raw) { return raw.starts_with('['); }
inline bool is_string(std::string_view raw) { return raw.starts_with('"'); }

/// A copy of an object; change(builder, key, value) writes what becomes of each member.
template <class F>
std::string rewritten(std::string_view object, F change) {
  std::string out;
  json_builder copy(out, '{');
  for_each_member(object,
                  [&](std::string_view key, std::string_view value) { change(copy, key, value); });
  copy.end();
  return out;
}

/// Content blocks: v1's five types are v2's; v2 may have others, and other roles in audience.
bool is_v1_block(std::string_view block);
std::string block_to_v1(std::string_view block); // another type becomes a text that says so

/// The text shown for a terminal (raw id), as a raw text block.
using terminal_text = std::function<std::string(std::string_view)>;

/// A tool call's content.
std::string tool_content_to_v2(std::string_view array);
void tool_item_to_v1(json_builder& items, std::string_view item, const terminal_text& terminal);

/// v1's tool kinds and statuses; v2 may have others. Raw strings.
std::string_view tool_kind_to_v1(std::string_view kind);
std::string_view tool_status_to_v1(std::string_view status);

std::string commands_to_v2(std::string_view array);
std::string commands_to_v1(std::string_view array);

/// Configuration options. To v2: with the agent's modes as an option of category mode when there is
/// none among the options; `current` (a raw string, may be empty) overrides the modes' current.
/// Empty when there are neither modes nor options.
std::string options_to_v2(std::string_view options, std::string_view modes,
                          std::string_view current);
std::string options_to_v1(std::string_view options, bool booleans);
/// The v1 session modes that a v2 option of category mode stands for; empty if there is none.
std::string modes_of(std::string_view v2_options);
/// The option itself: the first select of category mode, whatever the version; empty if none.
std::string_view mode_option(std::string_view options);

/// Appends the entries of a v2 plan.
void plan_entries_to_v1(json_builder& entries, std::string_view plan);

} // namespace acpd::protocol::fields
