#include "protocol/render_fields.h"

namespace acpd::protocol::fields {
namespace {

/// A select's choices, flat or in groups; a group's id is `group` in v1 and `groupId` in v2.
std::string choices(std::string_view array, std::string_view from_key, std::string_view to_key) {
  std::string out;
  json_builder all(out, '[');
  for_each_element(array, [&](std::string_view choice) {
    all.element(
        rewritten(choice, [&](json_builder& to, std::string_view key, std::string_view value) {
          to.raw(same_text(key, from_key) ? to_key : key, value);
        }));
  });
  all.end();
  return out;
}

std::string only_choice(std::string_view value) {
  std::string out;
  json_builder(out, '{').raw("value", value).raw("name", value).end();
  return '[' + out + ']';
}

bool has_elements(std::string_view array) {
  bool any = false;
  for_each_element(array, [&](std::string_view) { any = true; });
  return any;
}

std::string option_to_v2(std::string_view option, std::string_view current) {
  const bool select = says(member(option, "type"), "select");
  const auto value_now = current.empty() ? member(option, "currentValue") : current;
  return rewritten(option, [&](json_builder& to, std::string_view key, std::string_view value) {
    if (same_text(key, "id")) {
      to.raw("configId", value);
    } else if (select && same_text(key, "options") && is_array(value)) {
      // v2 wants at least one; v1 does not.
      to.raw(key,
             has_elements(value) ? choices(value, "group", "groupId") : only_choice(value_now));
    } else if (same_text(key, "currentValue")) {
      to.raw(key, value_now);
    } else {
      to.raw(key, value);
    }
  });
}

bool has_id(std::string_view options, std::string_view id) {
  bool found = false;
  for_each_element(options,
                   [&](std::string_view option) { found |= says(member(option, "id"), id); });
  return found;
}

/// v1's modes as the option that v2 has instead.
std::string modes_to_option(std::string_view modes, std::string_view current,
                            std::string_view options) {
  if (current.empty()) current = member(modes, "currentModeId");
  if (!is_string(current)) return {};
  std::string list;
  json_builder choice_list(list, '[');
  bool listed = false;
  for_each_element(member(modes, "availableModes"), [&](std::string_view mode) {
    listed = listed || unquote(member(mode, "id")) == unquote(current);
    choice_list.element(
        rewritten(mode, [](json_builder& to, std::string_view key, std::string_view value) {
          to.raw(same_text(key, "id") ? "value" : key, value);
        }));
  });
  if (!listed) {
    const std::string only = only_choice(current);
    choice_list.element(std::string_view(only).substr(1, only.size() - 2));
  }
  choice_list.end();
  std::string out;
  json_builder(out, '{')
      .text("configId", has_id(options, "mode") ? "_acpd/mode" : "mode")
      .text("name", "Mode")
      .text("category", "mode")
      .text("type", "select")
      .raw("currentValue", current)
      .raw("options", list)
      .end();
  return out;
}

} // namespace

std::string_view mode_option(std::string_view options) {
  std::string_view found;
  for_each_element(options, [&](std::string_view option) {
    if (found.empty() && says(member(option, "category"), "mode") &&
        says(member(option, "type"), "select"))
      found = option;
  });
  return found;
}

std::string options_to_v2(std::string_view options, std::string_view modes,
                          std::string_view current) {
  if (!is_array(options) && !is_object(modes) && current.empty()) return {};
  std::string out;
  json_builder all(out, '[');
  const auto mode = mode_option(options);
  for_each_element(options, [&](std::string_view option) {
    const bool is_mode = option.data() == mode.data();
    all.element(option_to_v2(option, is_mode ? current : std::string_view{}));
  });
  if (mode.empty() && (is_object(modes) || !current.empty())) {
    const std::string option = modes_to_option(modes, current, options);
    if (!option.empty()) all.element(option);
  }
  all.end();
  return out;
}

std::string options_to_v1(std::string_view options, bool booleans) {
  std::string out;
  json_builder all(out, '[');
  for_each_element(options, [&](std::string_view option) {
    const bool select = says(member(option, "type"), "select");
    if (!select && !(booleans && says(member(option, "type"), "boolean"))) return;
    all.element(
        rewritten(option, [&](json_builder& to, std::string_view key, std::string_view value) {
          if (same_text(key, "configId")) {
            to.raw("id", value);
          } else if (select && same_text(key, "options")) {
            to.raw(key, choices(value, "groupId", "group"));
          } else {
            to.raw(key, value);
          }
        }));
  });
  all.end();
  return out;
}

std::string modes_of(std::string_view v2_options) {
  const auto option = mode_option(v2_options);
  if (option.empty()) return {};
  std::string list;
  json_builder modes(list, '[');
  const auto add = [&](std::string_view choice) {
    modes.element(
        rewritten(choice, [](json_builder& to, std::string_view key, std::string_view value) {
          to.raw(same_text(key, "value") ? "id" : key, value);
        }));
  };
  for_each_element(member(option, "options"), [&](std::string_view choice) {
    const auto group = member(choice, "options");
    if (group.empty()) return add(choice);
    for_each_element(group, add);
  });
  modes.end();
  std::string out;
  json_builder(out, '{')
      .raw("currentModeId", member(option, "currentValue"))
      .raw("availableModes", list)
      .end();
  return out;
}

} // namespace acpd::protocol::fields
