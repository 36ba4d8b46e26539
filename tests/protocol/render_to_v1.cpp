// What a v1 editor sees of a v2 agent, one decision a test; tests/protocol/*.test.mjs has the
// schemas and the properties.
#include "protocol/base64.h"
#include "tests/protocol/render_support.h"

#include <catch2/catch.hpp>

using namespace acpd::test;
using acpd::protocol::acp_version;
using acpd::protocol::member;
using acpd::protocol::unquote;
using strings = std::vector<std::string>;

namespace {

std::string upsert(std::string_view content) {
  return R"({"sessionUpdate":"agent_message","messageId":"a","content":)" + std::string(content) +
         "}";
}
std::string text(std::string_view words) {
  return R"({"type":"text","text":")" + std::string(words) + "\"}";
}
std::string chunk(std::string_view id, std::string_view words) {
  return R"({"sessionUpdate":"agent_message_chunk","messageId":)" + std::string(id) +
         R"(,"content":)" + text(words) + "}";
}
std::string call(std::string_view fields, std::string_view id = "c") {
  return R"({"sessionUpdate":"tool_call_update","toolCallId":")" + std::string(id) + "\"" +
         std::string(fields) + "}";
}
std::string output(std::string_view bytes) {
  std::string data;
  acpd::protocol::append_base64(data, bytes);
  return R"({"sessionUpdate":"terminal_output_chunk","terminalId":"T","data":")" + data + "\"}";
}
std::string shown_text(const std::string& update) {
  std::string all;
  acpd::protocol::for_each_element(member(update, "content"), [&](std::string_view item) {
    all += unquote(member(member(item, "content"), "text"));
  });
  return all;
}

} // namespace

TEST_CASE("a message that grows is shown by what is new") {
  cursor c(acp_version::v1);
  CHECK(c.show(chunk(R"("a")", "Hel")) == strings{chunk(R"("a")", "Hel")});
  CHECK(c.show(upsert("[" + text("Hello ") + "," + text("you") + "]")) ==
        strings{chunk(R"("a")", "lo "), chunk(R"("a")", "you")});
  CHECK(c.show(upsert("[" + text("Hello you") + "]")).empty());
}

TEST_CASE("a message that is replaced is shown as another one") {
  cursor c(acp_version::v1);
  c.show(chunk(R"("a")", "Hello"));
  CHECK(c.show(upsert("[" + text("Bye") + "]")) == strings{chunk(R"("a~2")", "Bye")});
  CHECK(c.show(chunk(R"("a")", "!")) == strings{chunk(R"("a~2")", "!")});
  CHECK(c.show(upsert("null")).empty());
  CHECK(c.show(chunk(R"("a")", "x")) == strings{chunk(R"("a~3")", "x")});
}

TEST_CASE("the first update of a call announces it, with a title") {
  cursor c(acp_version::v1);
  CHECK(c.show(call(R"(,"kind":"edit")")) ==
        strings{R"({"sessionUpdate":"tool_call","toolCallId":"c","title":"c","kind":"edit"})"});
  CHECK(c.show(call(R"(,"title":"Edit")")) ==
        strings{R"({"sessionUpdate":"tool_call_update","toolCallId":"c","title":"Edit"})"});
  CHECK(c.show(call(R"(,"name":"sed")", "d")) ==
        strings{R"({"sessionUpdate":"tool_call","toolCallId":"d","title":"sed","name":"sed"})"});
}

TEST_CASE("what v1 cannot say of a call is the nearest it can, and stands in _meta") {
  cursor c(acp_version::v1);
  c.show(call(R"(,"title":"T")"));
  const auto shown = c.show(call(R"(,"status":"paused","kind":"_x","rawInput":null)"));
  CHECK(member(shown.at(0), "status") == R"("in_progress")");
  CHECK(member(shown.at(0), "kind") == R"("other")");
  CHECK(member(shown.at(0), "rawInput").empty());
  const auto meta = member(member(c.lines.at(0), "params"), "_meta");
  CHECK(meta == R"({"acpd/v2":{"status":"paused","kind":"_x","rawInput":null}})");
  CHECK(member(c.show(call(R"(,"status":"cancelled")")).at(0), "status") == R"("failed")");
  CHECK(member(c.show(call(R"(,"content":null)")).at(0), "content") == "[]");
}

TEST_CASE("content chunks and terminals are shown as the whole content") {
  cursor c(acp_version::v1);
  c.show(call(R"(,"title":"T","content":[{"type":"terminal","terminalId":"T"}])"));
  c.show(R"({"sessionUpdate":"terminal_update","terminalId":"T","command":"make"})");
  auto shown = c.show(output("a\x1b[1mb\r\n"));
  CHECK(shown_text(shown.at(0)) == "```\n$ make\nab\n```");
  const auto key = c.replaced_by.at(0);
  CHECK(key != 0);
  shown = c.show(R"({"sessionUpdate":"tool_call_content_chunk","toolCallId":"c","content":)"
                 R"({"type":"content","content":{"type":"text","text":"!"}}})");
  CHECK(shown_text(shown.at(0)) == "```\n$ make\nab\n```!");
  CHECK(c.replaced_by.at(0) == key);
  shown = c.show(R"({"sessionUpdate":"terminal_update","terminalId":"T","exitStatus":)"
                 R"({"signal":"SIGKILL"}})");
  CHECK(shown_text(shown.at(0)) == "```\n$ make\nab\n```\nended by SIGKILL!");
}

TEST_CASE("of a terminal's output only the end is shown") {
  cursor c(acp_version::v1);
  c.show(call(R"(,"content":[{"type":"terminal","terminalId":"T"}])"));
  const auto shown = c.show(output(std::string(100'000, 'x') + "\nlast ````\n"));
  CHECK(shown_text(shown.at(0)) == "`````\n…\nlast ````\n`````");
}

TEST_CASE("all plans of a turn are one") {
  cursor c(acp_version::v1);
  const auto plan = [&](std::string_view id, std::string_view content) {
    return c.show(R"({"sessionUpdate":"plan_update","plan":{"type":"items","planId":")" +
                  std::string(id) + R"(","entries":[{"content":")" + std::string(content) +
                  R"(","priority":"low","status":"cancelled"}]}})");
  };
  const auto entry = [](std::string_view content) {
    return R"({"content":")" + std::string(content) +
           R"j( (cancelled)","priority":"low","status":"completed"})j";
  };
  const auto merged = [](std::string_view entries) {
    return strings{R"({"sessionUpdate":"plan","entries":[)" + std::string(entries) + "]}"};
  };
  CHECK(plan("p", "one") == merged(entry("one")));
  CHECK(plan("q", "two") == merged(entry("one") + "," + entry("two")));
  CHECK(plan("p", "ONE") == merged(entry("ONE") + "," + entry("two")));
  CHECK(c.show(R"({"sessionUpdate":"plan_removed","planId":"p"})") == merged(entry("two")));
  c.turn = 2;
  CHECK(plan("r", "new") == merged(entry("new")));
}

TEST_CASE("a state is acpd's own notification") {
  cursor c(acp_version::v1);
  c.show(R"({"sessionUpdate":"state_update","state":"idle","stopReason":"end_turn"})");
  CHECK(c.lines == strings{R"({"jsonrpc":"2.0","method":"_acpd/state","params":{"sessionId":"s1",)"
                           R"("state":"idle","stopReason":"end_turn"}})"});
  cursor silent(acp_version::v1, {.states = false});
  CHECK(silent.show(R"({"sessionUpdate":"state_update","state":"idle"})").empty());
}

TEST_CASE("what v1's closed union has not is not shown") {
  cursor c(acp_version::v1);
  CHECK(c.show(R"({"sessionUpdate":"_x"})").empty());
  CHECK(c.show(R"({"sessionUpdate":"notice","severity":"info","title":"t"})").empty());
  CHECK(c.show(R"({"sessionUpdate":"compaction_update"})").empty());
  cursor able(acp_version::v1, {.notices = true});
  CHECK(able.show(R"({"sessionUpdate":"notice","severity":"info","title":"t"})").size() == 1);
}

TEST_CASE("a new process and a new turn forget, but for what has not ended") {
  cursor c(acp_version::v1);
  c.show(call(R"(,"title":"done","status":"completed")", "a"));
  c.show(call(R"(,"title":"watch","status":"in_progress")", "b"));
  c.turn = 2;
  CHECK(c.renderer.carried().size() == 1);
  CHECK(c.show(call(R"(,"status":"pending")", "b")).at(0) ==
        R"({"sessionUpdate":"tool_call_update","toolCallId":"b","status":"pending"})");
  CHECK(member(c.show(call("", "a")).at(0), "sessionUpdate") == R"("tool_call")");
  c.process = 2;
  CHECK(member(c.show(call("", "b")).at(0), "sessionUpdate") == R"("tool_call")");
}

TEST_CASE("a call that is known helps to ask about it") {
  cursor c(acp_version::v1);
  c.show(call(R"(,"title":"T","content":[{"type":"_x"}])"));
  CHECK(c.renderer.known_call(R"("c")").title == R"("T")");
  CHECK(c.renderer.known_call(R"("c")").content == R"([{"type":"_x"}])");
  CHECK(c.renderer.known_call(R"("other")").title.empty());
}
