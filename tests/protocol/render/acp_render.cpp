// What the tests in node drive: one JSON object a line on stdin, one JSON array a line on stdout.
//   {"do":"update","cursor":"a","from":1,"to":2,"seq":1,"turn":1,"process":1,"id":"m1","line":{…}}
//     the frames of an update for one cursor; its renderer is made on first use with "view",
//     "modes" and "options"; "prime":true gives none; frames are {"frame":{…},"replacedBy":n}
//   {"do":"fold","entries":[…as above, with "line"…]}        the frames of a compacted log
//   {"do":"carried","cursor":"a"}                             lines
//   {"do":"request"|"result"|"question"|"answer","to":2,"method":"…","value":{…}}
//   {"do":"builders"}                                         a line of each builder of v2
#include "protocol/acp_v2.h"
#include "protocol/convert.h"
#include "protocol/envelope.h"
#include "protocol/render.h"

#include <charconv>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace acpd::protocol;

std::uint64_t number(std::string_view object, std::string_view key, std::uint64_t otherwise) {
  const auto raw = member(object, key);
  std::uint64_t value = otherwise;
  std::from_chars(raw.data(), raw.data() + raw.size(), value);
  return value;
}
bool flag(std::string_view object, std::string_view key) { return member(object, key) == "true"; }
acp_version version(std::string_view object, std::string_view key) {
  return static_cast<acp_version>(number(object, key, 1));
}

editor_view view_of(std::string_view order) {
  const auto flags = member(order, "view");
  return {.version = version(order, "to"),
          .notices = flag(flags, "notices"),
          .compaction = flag(flags, "compaction"),
          .boolean_options = flag(flags, "booleans"),
          .subagents = flag(flags, "subagents")};
}

session_facts facts_of(std::string_view order) {
  return {std::string(member(order, "modes")), std::string(member(order, "options"))};
}

/// `id` keeps the text that the entry refers to.
logged_update entry_of_order(std::string_view order, std::string& id) {
  id = unquote(member(order, "id"));
  return {number(order, "seq", 0), number(order, "turn", 1), number(order, "process", 1), id,
          member(order, "line"),   version(order, "from")};
}

using lines = std::vector<std::string>;

class orders {
public:
  lines run(std::string_view order) {
    const std::string what = unquote(member(order, "do"));
    if (what == "update") return update(order);
    if (what == "fold") return fold(order);
    if (what == "carried") return carried(order);
    if (what == "builders") return builders();
    return {convert(what, order)};
  }

private:
  renderer& cursor(std::string_view order) {
    const auto [at, is_new] = renderers_.try_emplace(std::string(member(order, "cursor")),
                                                     view_of(order), facts_of(order));
    return at->second;
  }

  lines update(std::string_view order) {
    std::string id;
    const logged_update entry = entry_of_order(order, id);
    renderer& mine = cursor(order);
    lines frames;
    if (flag(order, "prime")) return mine.prime(entry), frames;
    mine.render(entry, [&](const rendered_frame& f) {
      frames.push_back(R"({"frame":)" + std::string(f.line) + R"(,"replacedBy":)" +
                       (f.replaced_by == 0 ? "0" : "\"" + std::to_string(f.replaced_by) + '"') +
                       '}');
    });
    return frames;
  }

  static lines fold(std::string_view order) {
    compactor c;
    for_each_element(member(order, "entries"), [&](std::string_view one) {
      std::string id;
      c.add(entry_of_order(one, id));
    });
    lines frames;
    for (const folded_frame& f : c.finish())
      frames.push_back(R"({"seq":)" + std::to_string(f.seq) + R"(,"line":)" + f.line + '}');
    return frames;
  }

  lines carried(std::string_view order) {
    lines all;
    for (const std::string& line : cursor(order).carried())
      all.push_back(line);
    return all;
  }

  static std::string convert(const std::string& what, std::string_view order) {
    const std::string method = unquote(member(order, "method"));
    const auto value = member(order, "value");
    const acp_version to = version(order, "to");
    if (what == "result") return result_for(to, method, value, view_of(order));
    if (what == "question") return question_for(to, method, value, {}, "7");
    if (what == "answer") return answer_for(to, method, value);
    const auto made = request_for(to, method, value, facts_of(order));
    if (!made) return R"({"error":)" + std::to_string(made.error().code) + '}';
    return R"({"method":)" + quoted(made->method) + R"(,"params":)" + made->params + '}';
  }

  static lines builders();

  std::map<std::string, renderer> renderers_;
};

using namespace v2;

constexpr std::string_view info = R"({"name":"acpd","version":"1"})";

void add_updates(lines& all) {
  const auto add = [&all](auto build) { build(all.emplace_back()); };
  for (const auto now : {activity::running, activity::idle, activity::requires_action})
    add([&](std::string& o) { state_update(o, "\"s\"", {now, {}, {}, {}}); });
  for (const std::string_view reason :
       {"end_turn", "max_tokens", "max_turn_requests", "refusal", "cancelled"})
    add([&](std::string& o) { state_update(o, "\"s\"", {activity::idle, reason, {}, "[]"}); });
  add([](std::string& o) {
    state_update(o, "\"s\"",
                 {activity::idle, "error", R"({"code":-32603,"message":"the agent ended"})", {}});
  });
  add([](std::string& o) {
    std::string list = "[";
    background_terminal(list, "\"t\"");
    background_tool_call(list += ',', "\"c\"");
    state_update(o, "\"s\"", {activity::running, {}, {}, list += ']'});
  });
  const std::string_view block = R"({"type":"text","text":"hi"})";
  add([&](std::string& o) { user_message(o, "\"s\"", "\"m\"", '[' + std::string(block) + ']'); });
  add([&](std::string& o) { user_message_chunk(o, "\"s\"", "\"m\"", block); });
  add([](std::string& o) { agent_message_chunk(o, "\"s\"", "\"m\"", "a \"word\"\n"); });
  for (const auto how : {severity::info, severity::warning, severity::error})
    add([&](std::string& o) { notice(o, "\"s\"", how, "title", "more"); });
  add([](std::string& o) {
    terminal_update(o, "\"s\"", "\"t\"",
                    {.command = "make",
                     .cwd = "/tmp",
                     .output = "\xff\0ab",
                     .exited = true,
                     .exit_code = 2,
                     .signal = {}});
  });
  add([](std::string& o) {
    terminal_update(o, "\"s\"", "\"t\"",
                    {.command = {},
                     .cwd = {},
                     .output = {},
                     .exited = true,
                     .exit_code = {},
                     .signal = "SIGTERM"});
  });
  add([](std::string& o) { terminal_output_chunk(o, "\"s\"", "\"t\"", "\xe2\x82"); });
}

void add_first_words(lines& all) {
  const auto add = [&all](auto build) { build(all.emplace_back()); };
  add([&](std::string& o) {
    std::string params;
    initialize_params(params, {2, info, R"({"elicitation":{"form":{}}})", {}});
    request(o, "1", "initialize", params);
  });
  add([&](std::string& o) {
    std::string made;
    initialize_result(made, {2, info, R"({"session":{}})", "[]"});
    result_response(o, "1", made);
  });
  add([](std::string& o) {
    request_permission(o, "2", "\"s\"",
                       {"May it?", "It wants to.", R"({"type":"command","command":"ls","cwd":"/"})",
                        R"([{"optionId":"y","name":"Yes","kind":"allow_once"}])"});
  });
  add([](std::string& o) { permission_selected(o, "2", "\"y\""); });
}

void add_conversation(lines& all) {
  const auto add = [&all](auto build) { build(all.emplace_back()); };
  add([](std::string& o) { request(o, "3", "session/new", R"({"cwd":"/"})"); });
  add([](std::string& o) {
    std::string made;
    session_result(made, "\"s\"", {}, "[]");
    result_response(o, "3", made);
  });
  add([](std::string& o) {
    request(o, "4", "session/prompt",
            R"({"sessionId":"s","prompt":[{"type":"text","text":"hi"}]})");
  });
  add([](std::string& o) {
    std::string made;
    prompt_result(made, "\"m\"");
    result_response(o, "4", made);
  });
  add([](std::string& o) {
    request(o, "5", "session/prompt",
            R"({"sessionId":"s","prompt":[{"type":"text","text":"hi"}]})");
  });
  add([](std::string& o) { request_cancelled(o, "5", "cancelled before it was sent"); });
  add([](std::string& o) { request(o, "6", "session/close", R"({"sessionId":"s"})"); });
  add([](std::string& o) { session_not_found(o, "6", "\"s\""); });
  add([&](std::string& o) {
    std::string params;
    initialize_params(params, {0, info, {}, {}});
    request(o, "7", "initialize", params);
  });
  add([](std::string& o) { unsupported_version(o, "7", "0", "[1,2]"); });
}

lines orders::builders() {
  lines all;
  add_first_words(all);
  add_updates(all);
  add_conversation(all);
  return all;
}

} // namespace

int main() {
  orders all;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << '[';
    bool first = true;
    for (const std::string& made : all.run(line))
      std::cout << (std::exchange(first, false) ? "" : ",") << made;
    std::cout << "]\n" << std::flush;
  }
}
