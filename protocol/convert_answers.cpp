#include "protocol/acp_v1.h"
#include "protocol/convert.h"
#include "protocol/render_fields.h"

namespace acpd::protocol {
namespace {

using namespace fields;

/// An agent's answer to session/new, load, resume, fork or set_config_option.
std::string session_result_for_v2(std::string_view result) {
  const std::string options =
      options_to_v2(member(result, "configOptions"), member(result, "modes"), {});
  std::string out;
  json_builder to(out, '{');
  for_each_member(result, [&](std::string_view key, std::string_view value) {
    const bool replaced = same_text(key, "modes") || same_text(key, "configOptions");
    if (!replaced) to.raw(key, value);
  });
  to.raw_if("configOptions", options).end();
  return out;
}

std::string session_result_for_v1(std::string_view result, const editor_view& view,
                                  bool with_modes) {
  std::string out;
  json_builder to(out, '{');
  const auto options = member(result, "configOptions");
  for_each_member(result, [&](std::string_view key, std::string_view value) {
    if (same_text(key, "availableCommands")) return; // commands_update()
    if (same_text(key, "configOptions") && is_array(value)) {
      to.raw(key, options_to_v1(value, view.boolean_options));
    } else {
      to.raw(key, value);
    }
  });
  if (with_modes) to.raw_if("modes", modes_of(options));
  to.end();
  return out;
}

bool makes_session(std::string_view method) {
  return method == "session/new" || method == "session/load" || method == "session/resume" ||
         method == "session/fork";
}

// ---- questions

constexpr std::string_view unnamed_question = R"("The agent asks for permission")";

std::string permission_to_v2(std::string_view params, const call_hint& hint) {
  const auto call = member(params, "toolCall");
  auto title = member(call, "title");
  if (!is_string(title)) title = hint.title;
  if (!is_string(title)) title = unnamed_question;
  // As in an update: null is no change in v1, and clears in v2.
  const std::string patch =
      rewritten(call, [](json_builder& to, std::string_view key, std::string_view value) {
        if (is_null(value)) return;
        to.raw(key, same_text(key, "content") && is_array(value) ? tool_content_to_v2(value)
                                                                 : std::string(value));
      });
  std::string subject;
  json_builder(subject, '{').text("type", "tool_call").raw("toolCall", patch).end();
  std::string out;
  json_builder to(out, '{');
  for_each_member(params, [&](std::string_view key, std::string_view value) {
    if (!same_text(key, "toolCall")) to.raw(key, value);
  });
  to.raw("title", title).raw("subject", subject).end();
  return out;
}

/// An unknown kind must not look like an approval to a client that chooses by kind.
std::string options_of_permission(std::string_view options) {
  std::string out;
  json_builder list(out, '[');
  for_each_element(options, [&](std::string_view option) {
    list.element(
        rewritten(option, [](json_builder& to, std::string_view key, std::string_view value) {
          const bool known = says(value, "allow_once") || says(value, "allow_always") ||
                             says(value, "reject_once") || says(value, "reject_always");
          to.raw(key, same_text(key, "kind") && !known ? R"("reject_once")" : value);
        }));
  });
  list.end();
  return out;
}

void add_text(json_builder& items, std::string_view text) {
  std::string item;
  json_builder(item, '{').text("type", "content").raw("content", text_block(text)).end();
  items.element(item);
}

/// A v1 editor shows a permission by its tool call: what v2 says beside it becomes content there.
struct v1_question {
  std::string id, title, kind, status; // raw; empty: left out
  std::string words;                   // plain: title, description or command; may be empty
  std::string_view call;               // raw v2 tool call; may be empty
  std::string known_content;           // raw v2 array
};

std::string content_of(const v1_question& q) {
  auto content = member(q.call, "content");
  if (!is_array(content)) content = q.known_content;
  if (q.words.empty() && member(q.call, "content").empty()) return {};
  std::string out;
  json_builder items(out, '[');
  if (!q.words.empty()) add_text(items, q.words);
  const terminal_text none = [](std::string_view) { return text_block("(terminal)"); };
  for_each_element(content, [&](std::string_view item) { tool_item_to_v1(items, item, none); });
  items.end();
  return out;
}

std::string call_of(const v1_question& q) {
  std::string out;
  json_builder to(out, '{');
  to.raw("toolCallId", q.id).raw("title", q.title).raw_if("kind", q.kind);
  to.raw_if("status", q.status).raw_if("content", content_of(q));
  for_each_member(q.call, [&](std::string_view key, std::string_view value) {
    const bool done = same_text(key, "toolCallId") || same_text(key, "title") ||
                      same_text(key, "kind") || same_text(key, "status") ||
                      same_text(key, "content") || same_text(key, "capabilities");
    if (!done && !is_null(value)) to.raw(key, value);
  });
  to.end();
  return out;
}

v1_question about_command(std::string_view subject, std::string_view id) {
  v1_question q;
  const auto call_id = member(subject, "toolCallId");
  q.id = is_string(call_id) ? call_id : id;
  q.kind = R"("execute")";
  q.words = "$ " + unquote(member(subject, "command")) + "\nin " + unquote(member(subject, "cwd"));
  return q;
}

v1_question about_call(std::string_view call) {
  v1_question q;
  q.call = call;
  q.id = member(call, "toolCallId");
  q.title = member(call, "title");
  if (const auto kind = member(call, "kind"); is_string(kind)) q.kind = tool_kind_to_v1(kind);
  if (const auto status = member(call, "status"); is_string(status))
    q.status = tool_status_to_v1(status);
  return q;
}

std::string permission_to_v1(std::string_view params, const call_hint& hint,
                             std::string_view unique) {
  auto title = member(params, "title");
  if (!is_string(title)) title = unnamed_question;
  const auto subject = member(params, "subject");
  const std::string own_id = quoted("acpd-permission-" + std::string(unique));
  v1_question q;
  if (says(member(subject, "type"), "tool_call") &&
      is_string(member(member(subject, "toolCall"), "toolCallId"))) {
    q = about_call(member(subject, "toolCall"));
  } else if (says(member(subject, "type"), "command")) {
    q = about_command(subject, own_id);
  }
  if (q.id.empty()) q.id = own_id;
  q.known_content = hint.content;
  if (!is_string(q.title)) q.title = is_string(hint.title) ? hint.title : std::string(title);
  // The question's own title and description are what is asked: they must be seen.
  std::string asked;
  if (unquote(q.title) != unquote(title)) asked = unquote(title);
  if (const auto more = unquote(member(params, "description")); !more.empty())
    asked += (asked.empty() ? "" : "\n\n") + more;
  if (!asked.empty()) q.words = asked + (q.words.empty() ? "" : "\n\n") + q.words;
  std::string out;
  json_builder to(out, '{');
  for_each_member(params, [&](std::string_view key, std::string_view value) {
    if (same_text(key, "options")) {
      to.raw(key, options_of_permission(value));
    } else if (!same_text(key, "title") && !same_text(key, "description") &&
               !same_text(key, "subject")) {
      to.raw(key, value);
    }
  });
  to.raw("toolCall", call_of(q)).end();
  return out;
}

// ---- elicitation

/// v1's formats are a closed list; an unknown one is an annotation only.
std::string property_to_v1(std::string_view property) {
  return rewritten(property, [](json_builder& to, std::string_view key, std::string_view value) {
    const bool known = says(value, "email") || says(value, "uri") || says(value, "date") ||
                       says(value, "date-time");
    if (!same_text(key, "format") || known || is_null(value)) to.raw(key, value);
  });
}

std::string schema_for(acp_version editor, std::string_view schema) {
  bool typed = false;
  bool listed = false;
  std::string out;
  json_builder to(out, '{');
  for_each_member(schema, [&](std::string_view key, std::string_view value) {
    typed = typed || same_text(key, "type");
    const bool properties = same_text(key, "properties") && is_object(value);
    listed = listed || properties;
    if (!properties || editor == acp_version::v2) return to.raw(key, value), void();
    to.raw(key, rewritten(value, [](json_builder& all, std::string_view name,
                                    std::string_view property) {
             all.raw(name, is_object(property) ? property_to_v1(property) : std::string(property));
           }));
  });
  if (editor == acp_version::v2 && !typed) to.text("type", "object");
  if (editor == acp_version::v2 && !listed) to.raw("properties", "{}");
  to.end();
  return out;
}

} // namespace

std::string result_for(acp_version editor, std::string_view method, std::string_view result,
                       const editor_view& view) {
  if (method == "initialize") return initialize_result_for(editor, result);
  const bool options = method == "session/set_config_option";
  if (!is_object(result)) {
    // session/load's result is null in v1's own examples.
    return makes_session(method) ? "{}" : std::string(result);
  }
  if (!makes_session(method) && !options) return std::string(result);
  return editor == acp_version::v2 ? session_result_for_v2(result)
                                   : session_result_for_v1(result, view, !options);
}

std::string commands_update(std::string_view session, std::string_view v2_result) {
  const auto commands = member(v2_result, "availableCommands");
  if (!is_array(commands)) return {};
  std::string update;
  json_builder(update, '{')
      .text("sessionUpdate", "available_commands_update")
      .raw("availableCommands", commands_to_v1(commands))
      .end();
  std::string params;
  json_builder(params, '{').raw("sessionId", session).raw("update", update).end();
  std::string line;
  v1::notification(line, "session/update", params);
  return line;
}

std::string commands_for_v2(std::string_view v1_commands) { return commands_to_v2(v1_commands); }

std::string question_for(acp_version editor, std::string_view method, std::string_view params,
                         const call_hint& hint, std::string_view unique) {
  if (method == "session/request_permission")
    return editor == acp_version::v2 ? permission_to_v2(params, hint)
                                     : permission_to_v1(params, hint, unique);
  if (method != "elicitation/create") return std::string(params);
  return rewritten(params, [&](json_builder& to, std::string_view key, std::string_view value) {
    const bool schema = same_text(key, "requestedSchema") && is_object(value);
    to.raw(key, schema ? schema_for(editor, value) : std::string(value));
  });
}

std::string answer_for(acp_version agent, std::string_view method, std::string_view result) {
  if (agent == acp_version::v2) return std::string(result); // v2 knows all that v1 may say
  if (method == "session/request_permission") {
    const auto outcome = member(member(result, "outcome"), "outcome");
    if (!says(outcome, "selected") && !says(outcome, "cancelled"))
      return R"({"outcome":{"outcome":"cancelled"}})";
  } else if (method == "elicitation/create") {
    const auto action = member(result, "action");
    if (!says(action, "accept") && !says(action, "decline") && !says(action, "cancel"))
      return R"({"action":"cancel"})";
  }
  return std::string(result);
}

} // namespace acpd::protocol
