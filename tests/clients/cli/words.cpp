// What the commands decide without a daemon.
#include "clients/cli/completion.h"
#include "clients/cli/connect.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/questions.h"
#include "clients/cli/render.h"
#include "clients/cli/sessions.h"
#include "clients/cli/text.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace acpd::cli;

namespace {

std::optional<connect_arguments> parse(std::vector<std::string> words) {
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  return read_connect(pointers);
}

session_item item(std::string id, std::string updated) {
  session_item s;
  s.id = std::move(id);
  s.updated_at = std::move(updated);
  return s;
}

constexpr std::string_view permission = "session/request_permission";
const json_view edit{R"({"toolCall":{"toolCallId":"t","title":"Edit a.c\u001b[31m"},"options":[)"
                     R"({"optionId":"always","name":"Always","kind":"allow_always"},)"
                     R"({"optionId":"yes","name":"Yes","kind":"allow_once"},)"
                     R"({"optionId":"no","name":"No","kind":"reject_once"}]})"};
const json_view form{R"({"message":"Your name?","mode":"form","requestedSchema":{"type":"object",)"
                     R"("properties":{"name":{"type":"string"}}}})"};

std::string shown(bool terminal, std::vector<std::string> params) {
  std::string out;
  renderer r(terminal, 80, [&](std::string_view bytes) { out += bytes; });
  for (const std::string& p : params)
    r.update({p});
  r.finish();
  return out;
}

std::string update(const std::string& body, const std::string& meta = "{}") {
  return R"({"sessionId":"s","update":{)" + body + R"(},"_meta":)" + meta + "}";
}

std::string contents(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_CASE("connect's own options end at the first word that is none of them") {
  const auto plain = parse({"--agent", "codex", "--socket=/tmp/s"});
  REQUIRE(plain);
  CHECK(plain->agent == "codex");
  CHECK(plain->flags.socket == "/tmp/s");
  CHECK(plain->program_arguments.empty());
  const auto login = parse({"--agent=claude", "--cli", "--agent", "x"});
  REQUIRE(login);
  CHECK(login->program_arguments == std::vector<std::string>{"--cli", "--agent", "x"});
  CHECK_FALSE(parse({"--agent"}));
  CHECK_FALSE(parse({"--help"}));
}

TEST_CASE("a session is named by its id, a unique beginning, or as the newest") {
  const std::vector all{item("abc1", "2026-02"), item("abc2", "2026-01"), item("ab", "2025")};
  CHECK(choose_session(all, "")->id == "abc1");
  CHECK(choose_session(all, "-")->id == "abc1");
  CHECK(choose_session(all, "abc2")->id == "abc2");
  CHECK(choose_session(all, "ab")->id == "ab"); // a whole id, though others begin with it
  CHECK(choose_session(all, "abc").error().text.find("2 sessions") != std::string::npos);
  CHECK(exit_code_of(choose_session(all, "x").error()) == no_session);
  CHECK(exit_code_of(choose_session({}, "-").error()) == no_session);
}

TEST_CASE("as much of the ids is shown as tells them apart") {
  CHECK(shown_id_length({item("a", ""), item("b", "")}) == 8);
  CHECK(shown_id_length({item("0123456789a", ""), item("0123456789b", "")}) == 11);
}

TEST_CASE("the flag --allow takes what allows once, never what allows for ever") {
  answer_flags allow;
  allow.allow = true;
  CHECK(*answer_with_flags(permission, edit, allow) ==
        R"({"outcome":{"outcome":"selected","optionId":"yes"}})");
  const json_view only_always{R"({"options":[{"optionId":"a","name":"A","kind":"allow_always"}]})"};
  const auto refused = answer_with_flags(permission, only_always, allow);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text.find("a (allow_always)") != std::string::npos);
}

TEST_CASE("an option that is not offered is refused") {
  answer_flags flags;
  flags.option = "no";
  CHECK(*answer_with_flags(permission, edit, flags) ==
        R"({"outcome":{"outcome":"selected","optionId":"no"}})");
  flags.option = "other";
  CHECK_FALSE(answer_with_flags(permission, edit, flags));
}

TEST_CASE("a typed line is a number, y, n or an optionId; an empty one is no answer") {
  CHECK(answer_with_line(permission, edit, "1")->find("always") != std::string::npos);
  CHECK(answer_with_line(permission, edit, " y\n")->find("\"yes\"") != std::string::npos);
  CHECK(answer_with_line(permission, edit, "no")->find("\"no\"") != std::string::npos);
  for (const char* line : {"", " ", "4", "0", "maybe"})
    CHECK_FALSE(answer_with_line(permission, edit, line));
}

TEST_CASE("an elicitation is answered by JSON, or by the text of its only field") {
  CHECK(*answer_with_line("elicitation/create", form, "Ada \"A\"") ==
        R"({"action":"accept","content":{"name":"Ada \"A\""}})");
  CHECK(*answer_with_line("elicitation/create", form, "n") == R"({"action":"decline"})");
  answer_flags flags;
  flags.answer = R"( {"name":"Ada"} )";
  CHECK(*answer_with_flags("elicitation/create", form, flags) ==
        R"({"action":"accept","content":{"name":"Ada"}})");
  for (const char* bad : {"[]", "{", R"({}},"x":{"content":{})", "1"}) {
    flags.answer = bad;
    CHECK_FALSE(answer_with_flags("elicitation/create", form, flags));
  }
}

TEST_CASE("an agent's text cannot control the terminal") {
  CHECK(printable("a\x1b[31mb\rc\x07\u009bd\te\n") == "a[31mbcd\te\n");
  CHECK(describe_question(permission, edit).find('\x1b') == std::string::npos);
  CHECK(shown(false, {update(R"("sessionUpdate":"agent_message_chunk","content":{"type":"text",)"
                             R"("text":"x\u001b]0;t\u0007y"})")}) == "x]0;ty\n");
}

TEST_CASE("texts are cut at whole characters") {
  CHECK(shortened("äöü", 3) == "äöü");
  CHECK(shortened("äöüß", 3) == "äö…");
  CHECK(shortened("one\ntwo", 10) == "one…");
}

TEST_CASE("a conversation reads as paragraphs, tool calls and plans") {
  const std::string out = shown(
      false,
      {update(R"("sessionUpdate":"user_message_chunk","content":{"type":"text","text":"do it"})"),
       update(R"("sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"I "})"),
       update(R"("sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"will"})"),
       update(R"("sessionUpdate":"tool_call","toolCallId":"1","title":"make","status":"pending")"),
       update(R"("sessionUpdate":"tool_call_update","toolCallId":"1","status":"failed","content":)"
              R"([{"type":"content","content":{"type":"text","text":"no rule"}}])"),
       update(R"("sessionUpdate":"plan","entries":[{"content":"a","status":"completed"},)"
              R"({"content":"b","status":"pending"}])")});
  CHECK(out == "> do it\nI will\n• make\n✗ make\n  no rule\nplan:\n  [x] a\n  [ ] b\n");
}

TEST_CASE("a line of the log says what is in an update, of either version") {
  const auto says = [](const std::string& body, const std::string& meta = "{}") {
    return update_summary({update(body, meta)}, 60);
  };
  const std::string hi = R"({"type":"text","text":"hi\u001b[31m"})";
  CHECK(says(R"("sessionUpdate":"user_message","messageId":"u","content":[)" + hi + "," + hi +
             "]") == "user_message  hi[31m hi[31m");
  CHECK(says(R"("sessionUpdate":"agent_message_chunk","content":)" + hi) ==
        "agent_message_chunk  hi[31m");
  CHECK(says(R"("sessionUpdate":"agent_thought","messageId":"t","content":null)") ==
        "agent_thought");
  CHECK(says(R"("sessionUpdate":"tool_call_update","toolCallId":"c","status":"cancelled")") ==
        "tool_call_update  c [cancelled]");
  CHECK(
      says(R"("sessionUpdate":"tool_call_update","toolCallId":"c","title":"Edit","content":[])") ==
      "tool_call_update  Edit");
  CHECK(says(R"("sessionUpdate":"tool_call_update","toolCallId":"c","content":[{"type":"diff",)"
             R"("changes":[{"operation":"add","path":"/a"},{"operation":"_x"},)"
             R"({"operation":"delete","path":"/b"}]},{"type":"terminal","terminalId":"T"}])") ==
        "tool_call_update  [diff /a, /b] [terminal T]");
  CHECK(says(R"("sessionUpdate":"tool_call_content_chunk","toolCallId":"c","content":)"
             R"({"type":"content","content":)" +
             hi + "}") == "tool_call_content_chunk  hi[31m");
  CHECK(says(R"("sessionUpdate":"plan_update","plan":{"type":"items","planId":"p","entries":[)"
             R"({"content":"a","status":"completed"},{"content":"b","status":"in_progress"}]})") ==
        "plan_update  1 of 2 done: b");
  CHECK(says(R"("sessionUpdate":"plan","entries":[{"content":"a","status":"completed"}])") ==
        "plan  1 of 1 done");
  CHECK(says(R"("sessionUpdate":"state_update","state":"idle","stopReason":"error","error":)"
             R"({"code":1,"message":"no"},"background":[{"type":"terminal"}])") ==
        "state_update  idle: error: no, 1 in the background");
  CHECK(says(R"("sessionUpdate":"terminal_update","terminalId":"T","command":"make",)"
             R"("exitStatus":{"exitCode":2})") == "terminal_update  make [exit code 2]");
  CHECK(says(R"("sessionUpdate":"terminal_output_chunk","terminalId":"T","data":"b3V0Cg==")") ==
        "terminal_output_chunk  out");
  CHECK(says(R"("sessionUpdate":"terminal_output_chunk","terminalId":"T","data":"no base64")") ==
        "terminal_output_chunk");
  CHECK(says(R"("sessionUpdate":"config_option_update","configOptions":[{"configId":"mode",)"
             R"("currentValue":"ask"},{"id":"deep","currentValue":true}])") ==
        "config_option_update  mode=ask, deep=true");
  CHECK(says(R"("sessionUpdate":"available_commands_update","availableCommands":[{"name":"a"},)"
             R"({"name":"b"}])") == "available_commands_update  /a /b");
  CHECK(says(R"("sessionUpdate":"usage_update","used":5,"size":10)") ==
        "usage_update  5 of 10 tokens");
  CHECK(says(R"("sessionUpdate":"notice","severity":"warning","title":"hot")") ==
        "notice  warning: hot");
  CHECK(says(R"("sessionUpdate":"_acme","done":1)", R"({"acpd/progress":{"done":1,"total":2}})")
            .starts_with("_acme   1/2"));
}

TEST_CASE("progress is one live line on a terminal and nothing elsewhere") {
  const std::vector<std::string> job{
      update(R"("sessionUpdate":"tool_call","toolCallId":"1","title":"job","status":"pending")"),
      update(R"("sessionUpdate":"tool_call_update","toolCallId":"1","title":"45/100")",
             R"({"acpd/progress":{"done":45,"total":100,"unit":"files"}})")};
  CHECK(shown(false, job) == "• job\n");
  CHECK(shown(true, job) == "• job\n\r\x1b[K45/100 files\r\x1b[K");
}

TEST_CASE("the completion scripts are those that are packaged") {
  const std::string folder = ACPD_COMPLETIONS;
  CHECK(contents(folder + "/acpctl.bash") == bash_completion());
  CHECK(contents(folder + "/_acpctl") == zsh_completion());
}

TEST_CASE("bash completes commands and options with the packaged script") {
  const auto completes = [](const std::string& line, const std::string& word) {
    const std::string script = "source " ACPD_COMPLETIONS "/acpctl.bash; COMP_WORDS=(" + line +
                               "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _acpctl; [[ \" "
                               "${COMPREPLY[*]} \" == *\" " +
                               word + " \"* ]]";
    return std::system(("bash -c '" + script + "'").c_str()) == 0;
  };
  CHECK(completes("acpctl at", "attach"));
  CHECK(completes("acpctl --socket /x run --det", "--detach"));
  CHECK(completes("acpctl completion z", "zsh"));
  CHECK_FALSE(completes("acpctl ls --det", "--detach"));
}

TEST_CASE("times are shown as the reader's clock shows them") {
  ::setenv("TZ", "UTC", 1);
  CHECK(local_time("2020-11-22T18:02:11.123Z") == "2020-11-22 18:02:11");
  CHECK(local_time("soon\x1b") == "soon");
}
