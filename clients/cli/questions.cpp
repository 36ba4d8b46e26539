#include "clients/cli/questions.h"

#include "clients/cli/exit_codes.h"
#include "clients/cli/text.h"

#include <initializer_list>
#include <vector>

namespace acpd::cli {
namespace {

bool is_permission(std::string_view method) { return method == "session/request_permission"; }

struct option {
  std::string id, name, kind;
};

std::vector<option> options_of(json_view params) {
  std::vector<option> out;
  params["options"].each([&](json_view o) {
    out.push_back({o["optionId"].text(), o["name"].text(), o["kind"].text()});
  });
  return out;
}

std::unexpected<protocol::failure> refuse(std::string text) {
  return std::unexpected(protocol::failure{usage_failure, std::move(text)});
}

std::string selected(const std::string& option_id) {
  return R"({"outcome":{"outcome":"selected","optionId":)" + protocol::quoted(option_id) + "}}";
}

protocol::result<std::string> select_kind(json_view params,
                                          std::initializer_list<std::string_view> kinds) {
  const auto options = options_of(params);
  for (std::string_view kind : kinds)
    for (const option& o : options)
      if (o.kind == kind) return selected(o.id);
  std::string text = "this question has no such choice; name one with --option:";
  for (const option& o : options)
    text += " " + o.id + " (" + o.kind + ")";
  return refuse(std::move(text));
}

/// Strict JSON, checked as the daemon will check it: as part of a message.
bool is_json_object(std::string_view text) {
  const std::string line =
      R"({"jsonrpc":"2.0","id":1,"result":{"content":)" + std::string(text) + "}}";
  const auto parts = protocol::scan(line);
  const std::string_view content =
      parts ? protocol::member(parts->result.in(line), "content") : std::string_view();
  return content.starts_with('{') && content == text;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

protocol::result<std::string> accept_form(std::string_view content) {
  if (!is_json_object(content))
    return refuse("the answer must be a JSON object with the fields that were asked for, such as "
                  R"({"name":"value"})");
  return R"({"action":"accept","content":)" + std::string(content) + "}";
}

/// The only property of a form that asks for one text; empty otherwise.
std::string single_text_field(json_view params) {
  std::string name;
  int count = 0;
  protocol::for_each_member(params["requestedSchema"]["properties"].raw,
                            [&](std::string_view key, std::string_view schema) {
                              const bool text = json_view{schema}["type"].text() == "string";
                              name = text ? key : "";
                              ++count;
                            });
  return count == 1 ? name : std::string();
}

} // namespace

std::string question_title(std::string_view method, json_view params) {
  std::string title = is_permission(method) ? params["toolCall"]["title"].text() : "";
  if (title.empty()) title = params[is_permission(method) ? "title" : "message"].text();
  return title.empty() ? std::string(method) : shortened(title, 200);
}

std::string describe_question(std::string_view method, json_view params) {
  std::string out = question_title(method, params) + "\n";
  if (is_permission(method)) {
    int number = 0;
    for (const option& o : options_of(params))
      out += "  " + std::to_string(++number) + ") " + printable(o.name) + "  [" + printable(o.id) +
             ", " + printable(o.kind) + "]\n";
    return out;
  }
  if (params["mode"].text() == "url")
    return out + "  open: " + printable(params["url"].text()) + "\n";
  protocol::for_each_member(params["requestedSchema"]["properties"].raw,
                            [&](std::string_view key, std::string_view schema) {
                              const json_view field{schema};
                              std::string about = field["description"].text();
                              if (about.empty()) about = field["title"].text();
                              out += "  " + printable(key) + " (" +
                                     printable(field["type"].text()) + ")" +
                                     (about.empty() ? "" : ": " + shortened(about, 120)) + "\n";
                            });
  return out;
}

protocol::result<std::string> answer_with_flags(std::string_view method, json_view params,
                                                const answer_flags& flags) {
  if (is_permission(method)) {
    if (flags.allow) return select_kind(params, {"allow_once"});
    if (flags.reject) return select_kind(params, {"reject_once", "reject_always"});
    for (const option& o : options_of(params))
      if (!flags.option.empty() && o.id == flags.option) return selected(o.id);
    return select_kind(params, {});
  }
  if (flags.reject) return R"({"action":"decline"})";
  if (!flags.answer.empty()) return accept_form(trimmed(flags.answer));
  if (flags.allow && params["mode"].text() == "url") return R"({"action":"accept"})";
  return refuse("this asks for more than a yes: give the answer with --answer JSON, or --reject");
}

protocol::result<std::string> answer_with_line(std::string_view method, json_view params,
                                               std::string_view typed) {
  const std::string line(trimmed(typed));
  if (line.empty()) return refuse("type a choice");
  const bool no = line == "n" || line == "no";
  const bool yes = line == "y" || line == "yes";
  if (is_permission(method)) {
    answer_flags flags;
    flags.allow = yes;
    flags.reject = no;
    if (yes || no) return answer_with_flags(method, params, flags);
    const auto options = options_of(params);
    for (std::size_t i = 0; i < options.size(); ++i)
      if (line == std::to_string(i + 1) || line == options[i].id) return selected(options[i].id);
    return refuse("there is no choice \"" + line + "\": type its number");
  }
  if (no) return R"({"action":"decline"})";
  if (params["mode"].text() == "url")
    return yes ? protocol::result<std::string>(R"({"action":"accept"})")
               : refuse("type y when you have done it there, n to decline");
  if (line.starts_with('{')) return accept_form(line);
  if (const std::string field = single_text_field(params); !field.empty())
    return accept_form("{\"" + field + "\":" + protocol::quoted(line) + "}");
  return refuse("type a JSON object with these fields, or n to decline");
}

} // namespace acpd::cli
