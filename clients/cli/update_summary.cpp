// One line about each kind of update, as it stands in the log: in its agent's version.
#include "clients/cli/render.h"
#include "clients/cli/sessions.h"
#include "clients/cli/text.h"
#include "protocol/base64.h"

#include <algorithm>
#include <array>

namespace acpd::cli {
namespace {

/// Of what tool calls and messages contain: a ContentBlock, or what wraps one, names a diff's files
/// or a terminal.
std::string part_text(json_view part) {
  const std::string type = part["type"].text();
  if (type == "content") return content_text(part["content"]);
  if (type == "terminal") return "[terminal " + printable(part["terminalId"].text()) + "]";
  if (type != "diff") return content_text(part);
  std::string paths = part["path"].text(); // v1
  part["changes"].each([&](json_view change) {
    if (change["path"]) paths += (paths.empty() ? "" : ", ") + change["path"].text();
  });
  return "[diff " + printable(paths) + "]";
}

std::string joined(json_view parts) {
  std::string text;
  parts.each([&](json_view part) { text += (text.empty() ? "" : " ") + part_text(part); });
  return text;
}

std::string of_message(json_view update) {
  const json_view content = update["content"];
  return content["type"] ? part_text(content) : joined(content);
}

std::string of_tool_call(json_view update) {
  std::string text = update["title"] ? update["title"].text() : joined(update["content"]);
  if (text.empty()) text = update["toolCallId"].text();
  if (update["status"]) text += " [" + update["status"].text() + "]";
  return text;
}

std::string of_plan(json_view update) {
  const json_view plan = update["plan"] ? update["plan"] : update; // v2 names its plans
  std::string doing;
  int all = 0, completed = 0;
  plan["entries"].each([&](json_view entry) {
    const std::string status = entry["status"].text();
    ++all;
    completed += status == "completed";
    if (doing.empty() && status == "in_progress") doing = entry["content"].text();
  });
  if (all == 0) return plan["planId"].text();
  const std::string count = std::to_string(completed) + " of " + std::to_string(all) + " done";
  return doing.empty() ? count : count + ": " + doing;
}

std::string of_state(json_view update) {
  std::string text = update["state"].text();
  if (update["stopReason"]) text += ": " + update["stopReason"].text();
  if (update["error"]) text += ": " + update["error"]["message"].text();
  std::size_t beside = 0;
  update["background"].each([&](json_view) { ++beside; });
  return beside == 0 ? text : text + ", " + std::to_string(beside) + " in the background";
}

std::string of_terminal(json_view update) {
  std::string text = update["command"].text();
  const json_view end = update["exitStatus"];
  if (end["exitCode"]) text += " [exit code " + std::string(end["exitCode"].raw) + "]";
  if (end["signal"]) text += " [" + end["signal"].text() + "]";
  return text.empty() ? update["terminalId"].text() : text;
}

std::string of_output(json_view update) {
  return protocol::from_base64(update["data"].text()).value_or("");
}

std::string of_options(json_view update) {
  std::string text;
  update["configOptions"].each([&](json_view option) {
    const json_view id = option["configId"] ? option["configId"] : option["id"]; // v2, v1
    const json_view value = option["currentValue"];
    text += (text.empty() ? "" : ", ") + id.text() + "=" +
            (value.is_string() ? value.text() : std::string(value.raw));
  });
  return text;
}

std::string of_commands(json_view update) {
  std::string text;
  update["availableCommands"].each(
      [&](json_view command) { text += (text.empty() ? "/" : " /") + command["name"].text(); });
  return text;
}

std::string of_usage(json_view update) {
  if (!update["used"]) return {};
  return std::string(update["used"].raw) + " of " + std::string(update["size"].raw) + " tokens";
}

std::string of_compaction(json_view update) {
  const std::string text = joined(update["summary"]);
  return text.empty() ? update["status"].text() : update["status"].text() + ": " + text;
}

std::string of_notice(json_view update) {
  return update["severity"].text() + ": " + update["title"].text();
}
std::string of_title(json_view update) { return update["title"].text(); }
std::string of_mode(json_view update) { return update["currentModeId"].text(); }
std::string of_removed_plan(json_view update) { return update["planId"].text(); }

struct kind {
  std::string_view variant;
  std::string (*about)(json_view update);
};

constexpr std::array kinds{
    kind{"user_message_chunk", of_message},
    kind{"agent_message_chunk", of_message},
    kind{"agent_thought_chunk", of_message},
    kind{"user_message", of_message},
    kind{"agent_message", of_message},
    kind{"agent_thought", of_message},
    kind{"tool_call", of_tool_call},
    kind{"tool_call_update", of_tool_call},
    kind{"tool_call_content_chunk", of_message},
    kind{"plan", of_plan},
    kind{"plan_update", of_plan},
    kind{"plan_removed", of_removed_plan},
    kind{"state_update", of_state},
    kind{"terminal_update", of_terminal},
    kind{"terminal_output_chunk", of_output},
    kind{"current_mode_update", of_mode},
    kind{"config_option_update", of_options},
    kind{"available_commands_update", of_commands},
    kind{"session_info_update", of_title},
    kind{"usage_update", of_usage},
    kind{"notice", of_notice},
    kind{"compaction_update", of_compaction},
    kind{"compaction_summary_chunk", of_message},
};

} // namespace

std::string content_text(json_view content) {
  if (const json_view text = content["text"]) return printable(text.text());
  const std::string type = content["type"].text();
  if (type == "resource_link") return "[" + printable(content["uri"].text()) + "]";
  if (type == "resource") return "[" + printable(content["resource"]["uri"].text()) + "]";
  return type.empty() ? "" : "[" + printable(type) + "]";
}

std::string update_summary(json_view params, std::size_t columns) {
  const json_view update = params["update"];
  const std::string text = printable(update["sessionUpdate"].text());
  const auto known = std::ranges::find(kinds, text, &kind::variant);
  std::string about = known == kinds.end() ? std::string() : known->about(update);
  if (const json_view p = params["_meta"]["acpd/progress"])
    about += " " + progress_text(p["done"].number_or(0), p["total"].number_or(0), p["unit"].text());
  return about.empty() ? text : text + "  " + shortened(about, columns);
}

} // namespace acpd::cli
