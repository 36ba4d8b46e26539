#include "tests/protocol/compaction_support.h"

#include <catch2/catch.hpp>

using namespace acpd;
using namespace acpd::protocol;
using test::session_log;
using test::shown;
using test::strings;
using test::told;

TEST_CASE("a tool call is one tool_call at its first entry, with the last value of each field") {
  session_log l;
  l.announce(R"("title":"Read","kind":"read","status":"pending","rawInput":{"n":1.0})")
      .chunk("between");
  l.tool(R"("status":"in_progress","locations":[])")
      .tool(R"("status":"completed","title":"Read x","content":[1.0])");
  CHECK(
      shown(l.compacted())[0] ==
      R"(1 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"Read x","kind":"read","status":"completed",)"
      R"("rawInput":{"n":1.0},"locations":[],"content":[1.0]})");
  CHECK(told(l.compacted())[1] == "2 between");
  CHECK(l.compacted().size() == 2);
}

TEST_CASE("null in an update is no change") {
  session_log l;
  l.announce(R"("title":"x","content":[1],"rawOutput":null)")
      .tool(R"("title":null,"content":null,"status":null)");
  CHECK(shown(l.compacted()) ==
        strings{R"(1 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"x","content":[1]})"});
}

TEST_CASE("a call that was only announced is given back byte for byte") {
  const std::string line = test::update_line(
      R"({ "toolCallId":"t1", "sessionUpdate":"tool_call","title":"x","rawOutput":null,"_meta":{"a":1.0}})");
  session_log l;
  l.line(line);
  CHECK(l.compacted().at(0).line == line);
}

TEST_CASE("a call that was never announced becomes a tool_call titled by its id") {
  session_log l;
  l.tool(R"("status":"completed")");
  CHECK(
      shown(l.compacted()) ==
      strings{
          R"(1 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"t1","status":"completed"})"});
}

TEST_CASE("a title that came only with an update is the title") {
  session_log l;
  l.tool(R"("status":"pending")").tool(R"("title":"Late")");
  CHECK(shown(l.compacted())[0] ==
        R"(1 {"sessionUpdate":"tool_call","toolCallId":"t1","status":"pending","title":"Late"})");
}

TEST_CASE("the last params._meta of a call is kept") {
  session_log l;
  l.update(R"({"sessionUpdate":"tool_call","toolCallId":"t1","title":"x"})",
           R"({"acpd/progress":{"done":1}})");
  l.update(R"({"sessionUpdate":"tool_call_update","toolCallId":"t1"})",
           R"({"acpd/progress":{"done":2}})");
  l.tool("");
  const auto frames = l.compacted();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].line ==
        R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s1",)"
        R"("_meta":{"acpd/progress":{"done":2}},"update":)"
        R"({"sessionUpdate":"tool_call","toolCallId":"t1","title":"x"}}})");
}

TEST_CASE("unknown fields and _meta of the update are kept") {
  session_log l;
  l.announce(R"("title":"x","_meta":{"a":1},"future":1)").tool(R"("_meta":{"b":2})");
  CHECK(
      shown(l.compacted())[0] ==
      R"(1 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"x","_meta":{"b":2},"future":1})");
}

TEST_CASE("calls with different ids are apart") {
  session_log l;
  l.announce(R"("title":"a")", "a").announce(R"("title":"b")", "b");
  l.tool(R"("status":"failed")", "tool_call_update", "a");
  CHECK(shown(l.compacted()) ==
        strings{R"(1 {"sessionUpdate":"tool_call","toolCallId":"a","title":"a","status":"failed"})",
                R"(2 {"sessionUpdate":"tool_call","toolCallId":"b","title":"b"})"});
}

TEST_CASE("an id used again in another turn or process is another call") {
  session_log l;
  l.announce(R"("title":"a")");
  l.turn = 2;
  l.announce(R"("title":"b")");
  l.process = 2;
  l.announce(R"("title":"c")").tool(R"("status":"failed")");
  CHECK(shown(l.compacted()) ==
        strings{
            R"(1 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"a"})",
            R"(2 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"b"})",
            R"(3 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"c","status":"failed"})"});
}

TEST_CASE("an update in a later turn keeps the title that the call has") {
  session_log l;
  l.announce(R"("title":"Watch")");
  l.turn = 2;
  l.tool(R"("status":"completed")");
  CHECK(
      shown(l.compacted())[1] ==
      R"(2 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"Watch","status":"completed"})");
}

TEST_CASE("a call announced anew after its end is another; before its end it is the same") {
  session_log l;
  l.announce(R"("title":"a")")
      .announce(R"("title":"b","status":"completed")")
      .tool(R"("content":[])");
  l.announce(R"("title":"c")").tool(R"("status":"failed")").announce("").tool(R"("title":"d")");
  CHECK(
      shown(l.compacted()) ==
      strings{
          R"(1 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"b","status":"completed","content":[]})",
          R"(4 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"c","status":"failed"})",
          R"(6 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"d"})"});
}

TEST_CASE("tool updates without an id pass as they are") {
  const std::string update = R"({"sessionUpdate":"tool_call_update","status":"failed"})";
  session_log l;
  l.update(update).update(update);
  CHECK(shown(l.compacted()) == strings{"1 " + update, "2 " + update});
}

TEST_CASE("an update that would make the call's line too long is shown as it is") {
  const std::string big(9 << 20, 'x');
  session_log l;
  l.announce(R"("title":"a","rawInput":")" + big + '"').tool(R"("rawOutput":")" + big + '"');
  l.tool(R"("status":"completed")");
  const auto frames = l.compacted();
  CHECK(told(frames) == strings{"1 tool_call", "2 tool_call_update"});
  CHECK(member(member(member(frames[0].line, "params"), "update"), "status") == R"("completed")");
  CHECK(scan(frames[0].line));
}

TEST_CASE("content that stands in for the agent's is shown, and the agent's is kept behind it") {
  const auto content = [](const std::string& what) { return "\"content\":[\"" + what + "\"]"; };
  session_log l;
  l.announce("\"title\":\"x\"," + content("terminal")).stand_in(content("$ ma"));
  l.chunk("between").stand_in(content("$ make"));
  SECTION("the last one") {
    const auto frames = l.tool("\"status\":\"completed\"").compacted();
    CHECK(
        shown(frames)[0] ==
        R"(1 {"sessionUpdate":"tool_call","toolCallId":"t1","title":"x","content":["$ make"],"status":"completed"})");
    CHECK(frames[0].behind == R"(["terminal"])");
    CHECK(with_own_content(frames[0]).find(R"("title":"x","content":["terminal"],"status")") !=
          std::string::npos);
    CHECK(frames[1].behind.empty());
  }
  SECTION("until the agent gives other content") {
    const auto frames = l.tool(content("text")).tool("\"content\":null").compacted();
    CHECK(frames[0].behind.empty());
    CHECK(with_own_content(frames[0]) == frames[0].line);
  }
  SECTION("what it stands for may be in the run before") {
    session_log later;
    CHECK(later.stand_in(content("$ make")).compacted()[0].behind == "null");
  }
}
