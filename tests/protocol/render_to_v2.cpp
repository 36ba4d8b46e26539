// What a v2 editor sees of a v1 agent, one decision a test; tests/protocol/*.test.mjs has the
// schemas and the properties.
#include "tests/protocol/render_support.h"

#include <catch2/catch.hpp>

using namespace acpd::test;
using acpd::protocol::acp_version;
using acpd::protocol::member;
using strings = std::vector<std::string>;

TEST_CASE("a chunk names its message: the agent's id, the row's, or one of the entry") {
  cursor c(acp_version::v2);
  const std::string named =
      R"({"sessionUpdate":"agent_message_chunk","messageId":"x","content":{"type":"text","text":""}})";
  CHECK(c.show(named) == strings{named});
  c.message_id = "m7";
  CHECK(c.show(R"({"sessionUpdate":"agent_message_chunk","content":{}})") ==
        strings{R"({"sessionUpdate":"agent_message_chunk","content":{},"messageId":"m7"})"});
  CHECK(c.show(R"({"sessionUpdate":"user_message_chunk","messageId":null,"content":{}})") ==
        strings{R"({"sessionUpdate":"user_message_chunk","messageId":"m7","content":{}})"});
  c.message_id.clear();
  CHECK(member(c.show(R"({"sessionUpdate":"agent_thought_chunk","content":{}})").at(0),
               "messageId") == R"("m4")");
}

TEST_CASE("a tool_call begins afresh; null in a v1 update is no change") {
  cursor c(acp_version::v2);
  CHECK(
      c.show(R"({"sessionUpdate":"tool_call","toolCallId":"c","title":"T","status":"pending"})") ==
      strings{R"({"sessionUpdate":"tool_call_update","toolCallId":"c","title":"T",)"
              R"("status":"pending","name":null,"kind":null,"content":null,"locations":null,)"
              R"("rawInput":null,"rawOutput":null})"});
  CHECK(c.show(R"({"sessionUpdate":"tool_call_update","toolCallId":"c","title":null,"x":1.0})") ==
        strings{R"({"sessionUpdate":"tool_call_update","toolCallId":"c","x":1.0})"});
}

TEST_CASE("a v1 diff is changes and a patch") {
  cursor c(acp_version::v2);
  const auto shown = c.show(R"({"sessionUpdate":"tool_call_update","toolCallId":"c","content":[)"
                            R"({"type":"diff","path":"/f","oldText":"a\n","newText":"b\n"},)"
                            R"({"type":"terminal","terminalId":"t"}]})");
  CHECK(member(shown.at(0), "content") ==
        R"([{"type":"diff","changes":[{"operation":"modify","path":"/f","fileType":"text"}],)"
        R"("patch":{"format":"git_patch","text":"diff --git /f /f\n--- /f\n+++ /f\n)"
        R"(@@ -1 +1 @@\n-a\n+b\n"}},{"type":"terminal","terminalId":"t"}])");
}

TEST_CASE("modes are an option, with the last list of options") {
  cursor c(acp_version::v2, {},
           {.modes = R"({"currentModeId":"a","availableModes":[{"id":"a","name":"A"}]})",
            .config_options = R"([{"id":"x","name":"X","type":"boolean","currentValue":true}])"});
  const std::string mode =
      R"({"configId":"mode","name":"Mode","category":"mode","type":"select","currentValue":"b",)"
      R"("options":[{"value":"a","name":"A"},{"value":"b","name":"b"}]})";
  CHECK(c.show(R"({"sessionUpdate":"current_mode_update","currentModeId":"b"})") ==
        strings{R"({"sessionUpdate":"config_option_update","configOptions":[{"configId":"x",)"
                R"("name":"X","type":"boolean","currentValue":true},)" +
                mode + "]}"});
  CHECK(c.show(R"({"sessionUpdate":"config_option_update","configOptions":[]})") ==
        strings{R"({"sessionUpdate":"config_option_update","configOptions":[)" + mode + "]}"});
}

TEST_CASE("an agent's own option of category mode is the mode") {
  cursor c(acp_version::v2, {},
           {.modes = R"({"currentModeId":"a","availableModes":[]})", .config_options = {}});
  c.show(R"({"sessionUpdate":"config_option_update","configOptions":[{"id":"m","name":"M",)"
         R"("category":"mode","type":"select","currentValue":"a","options":[]}]})");
  CHECK(c.show(R"({"sessionUpdate":"current_mode_update","currentModeId":"b"})") ==
        strings{R"({"sessionUpdate":"config_option_update","configOptions":[{"configId":"m",)"
                R"("name":"M","category":"mode","type":"select","currentValue":"b",)"
                R"("options":[{"value":"b","name":"b"}]}]})"});
}

TEST_CASE("what both have, and what v1 has unknown, passes as it is") {
  cursor c(acp_version::v2);
  for (const char* update : {R"({"sessionUpdate":"usage_update","used":1.0,"size":2})",
                             R"({"sessionUpdate":"notice","severity":"info","title":"t"})",
                             R"({"sessionUpdate":"later"})"}) {
    CHECK(c.show(update) == strings{update});
  }
  const std::string other = R"({"jsonrpc":"2.0","method":"_x/y","params":{}})";
  c.line(other);
  CHECK(c.lines == strings{other});
}

TEST_CASE("what cannot be understood is shown to editors of its own version only") {
  const std::string broken = R"({"jsonrpc":"2.0","method":"session/update","params":{}})";
  cursor c(acp_version::v2);
  c.line(broken);
  CHECK(c.lines.empty());
  c.line("no json");
  CHECK(c.lines.empty());
}
