// Folds of v2 entries, one decision a test; compaction_v2.test.mjs compares what a client holds.
#include "tests/protocol/compaction_support.h"

#include <catch2/catch.hpp>

using namespace acpd::test;
using namespace acpd::protocol;

namespace {

strings folded(const std::vector<std::string>& updates) {
  compactor c;
  std::uint64_t seq = 0;
  for (const auto& update : updates) {
    const std::string line = update_line(update);
    c.add({++seq, 1, 1, {}, line, acp_version::v2});
  }
  const auto frames = c.finish();
  for (const auto& f : frames)
    CHECK(f.version == acp_version::v2);
  return shown(frames);
}

std::string call(std::string_view fields) {
  return R"({"sessionUpdate":"tool_call_update","toolCallId":"c",)" + std::string(fields) + "}";
}
std::string call_chunk(std::string_view item) {
  return R"({"sessionUpdate":"tool_call_content_chunk","toolCallId":"c","content":)" +
         std::string(item) + "}";
}
std::string output(std::string_view base64) {
  return R"({"sessionUpdate":"terminal_output_chunk","terminalId":"t","data":")" +
         std::string(base64) + "\"}";
}
std::string said(std::string_view text) {
  return R"({"sessionUpdate":"agent_message_chunk","messageId":"m","content":{"type":"text","text":")" +
         std::string(text) + "\"}}";
}

} // namespace

TEST_CASE("patches fold: null counts, _meta by key, at the first place") {
  CHECK(folded({call(R"("status":"pending","_meta":{"a":1,"b":1})"), said("x"),
                call(R"("status":null,"kind":"edit","_meta":{"b":2})")}) ==
        strings{"1 " + call(R"("status":null,"_meta":{"a":1,"b":2},"kind":"edit")"),
                "2 " + said("x")});
}

TEST_CASE("content that is known whole takes what is appended; what is replaced is gone") {
  CHECK(folded({call(R"("content":[])"), call_chunk("1"), call_chunk("2")}) ==
        strings{"1 " + call(R"("content":[1,2])")});
  CHECK(folded({call(R"("status":"pending")"), call_chunk("1"), call(R"("content":[2])"),
                call_chunk("3")}) == strings{"1 " + call(R"("status":"pending","content":[2,3])")});
  // An earlier fold may have begun the content.
  CHECK(folded({call_chunk("1"), call_chunk("2")}) ==
        strings{"1 " + call_chunk("1"), "2 " + call_chunk("2")});
}

TEST_CASE("a terminal's output is joined, and replaced by a snapshot") {
  CHECK(folded({output("YQ=="), output("YmM="), output("ZA==")}) ==
        strings{"1 " + output("YWJjZA==")});
  const std::string snapshot =
      R"({"sessionUpdate":"terminal_update","terminalId":"t","output":{"data":"eA=="}})";
  CHECK(folded({output("YQ=="), snapshot, output("YmM=")}) ==
        strings{"1 " + snapshot, "3 " + output("YmM=")});
}

TEST_CASE("a message that is said whole replaces its chunks, at their place") {
  const std::string whole =
      R"({"sessionUpdate":"agent_message","messageId":"m","content":[{"type":"text","text":"all"}]})";
  const std::string call_line = call(R"("status":"pending")");
  CHECK(folded({said("a"), said("b"), call_line, said("c"), whole, said("d")}) ==
        strings{"1 " + whole, "3 " + call_line, "6 " + said("d")});
}

TEST_CASE("of each plan and of the state the last counts, of usage what it covers") {
  const auto plan = [](std::string_view id, int n) {
    return R"({"sessionUpdate":"plan_update","plan":{"type":"items","planId":")" + std::string(id) +
           R"(","entries":[],"n":)" + std::to_string(n) + "}}";
  };
  const std::string removed = R"({"sessionUpdate":"plan_removed","planId":"p"})";
  CHECK(folded({plan("p", 1), plan("q", 1), plan("q", 2), removed}) ==
        strings{"3 " + plan("q", 2), "4 " + removed});
  const std::string running = R"({"sessionUpdate":"state_update","state":"running"})";
  const std::string cost = R"({"sessionUpdate":"usage_update","used":1,"size":2,"cost":null})";
  const std::string usage = R"({"sessionUpdate":"usage_update","used":1,"size":2})";
  CHECK(folded({running, running, cost, usage}) ==
        strings{"2 " + running, "3 " + cost, "4 " + usage});
}

TEST_CASE("over folds the last of each plan counts") {
  std::vector<std::vector<folded_frame>> folds(2);
  const auto plan = [](std::uint64_t seq, std::string_view id) {
    return folded_frame{seq,
                        singleton::plan_item,
                        {},
                        update_line(R"({"sessionUpdate":"plan_update","plan":{"planId":")" +
                                    std::string(id) + R"("}})"),
                        acp_version::v2,
                        {}};
  };
  folds[0] = {plan(1, "p"), plan(2, "q")};
  folds[1] = {plan(3, "p")};
  drop_superseded(folds);
  REQUIRE(folds[0].size() == 1);
  CHECK(folds[0][0].seq == 2);
  CHECK(folds[1].size() == 1);
}
