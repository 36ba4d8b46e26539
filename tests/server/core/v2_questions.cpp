#include "tests/server/core/v2_harness.h"

#include <catch2/catch.hpp>

using namespace acpd::core;
using acpd::core::test::bench;
using acpd::core::test::v2_bench;
using acpd::protocol::acp_version;
using strings = std::vector<std::string>;

namespace {

void asks(v2_bench& b, const std::string& method, const std::string& id = "5") {
  b.agent_says(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method +
               R"(","params":{"sessionId":"agent-sid","title":"May I?","path":"/a",)"
               R"("options":[{"optionId":"yes","name":"Yes","kind":"allow_once"}]}})");
}

std::string last_line(const bench& b) { return b.of<send>(b.last).back().line; }

} // namespace

TEST_CASE("v2 has no files and terminals of the client's: agents that ask are told so") {
  for (const std::string method :
       {"fs/read_text_file", "fs/write_text_file", "terminal/create", "terminal/output"}) {
    auto b = v2_bench::ready();
    asks(b, method);
    CHECK(last_line(b).find("-32601") != std::string::npos);
    CHECK(b.s.questions().empty());
  }
}

TEST_CASE("v2: a question is a row with the version of its line, and so is its entry") {
  auto b = v2_bench::ready();
  asks(b, "session/request_permission");
  CHECK(b.of<save_question>(b.last).at(0).value.version == acp_version::v2);
  CHECK(b.of<log_line>(b.last).at(0).version == acp_version::v2);
}

TEST_CASE("v2: a question that the agent takes back is answered as not approved") {
  auto b = v2_bench::ready();
  asks(b, "session/request_permission");
  const std::string back =
      R"({"jsonrpc":"2.0","method":"$/cancel_request","params":{"requestId":5}})";
  b.agent_says(back);
  CHECK(last_line(b).find(R"("result":{"outcome":{"outcome":"cancelled"}})") != std::string::npos);
  CHECK(b.of<save_question>(b.last).at(0).value.state == question_state::withdrawn);

  asks(b, "elicitation/create");
  b.agent_says(back);
  CHECK(last_line(b).find(R"("result":{"action":"cancel"})") != std::string::npos);
}

TEST_CASE("what a v2 editor lets go is answered, not approved; what a v1 editor lets go waits") {
  const std::string cancelled = R"({"outcome":{"outcome":"cancelled"}})";
  auto b = v2_bench::ready();
  asks(b, "session/request_permission");
  const std::int64_t row = b.s.questions().begin()->first;
  b.step(answer_in{row, cancelled, {}});
  CHECK(b.s.questions().size() == 1);
  b.step(answer_in{row, cancelled, {}, acp_version::v2});
  CHECK(b.s.questions().empty());
  CHECK(last_line(b).find(cancelled) != std::string::npos);
  CHECK(b.of<save_question>(b.last).at(0).value.state == question_state::cancelled);
}

TEST_CASE("an option that was not offered, or an unknown outcome, is never passed on as it is") {
  for (const std::string nonsense : {R"({"outcome":{"outcome":"selected","optionId":"all"}})",
                                     R"({"outcome":{"outcome":"_yes"}})"}) {
    auto b = v2_bench::ready();
    asks(b, "session/request_permission");
    b.step(answer_in{b.s.questions().begin()->first, nonsense, {}, acp_version::v2});
    CHECK(last_line(b).find(R"({"outcome":{"outcome":"cancelled"}})") != std::string::npos);
  }
}

TEST_CASE("an editor's error answers nothing, whatever its version") {
  auto b = v2_bench::ready();
  asks(b, "session/request_permission");
  b.step(answer_in{
      b.s.questions().begin()->first, {}, R"({"code":-32601,"message":"?"})", acp_version::v2});
  CHECK(b.s.questions().size() == 1);
}

TEST_CASE("v2: a turn's end leaves questions, which may be about work in the background") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.inserted(1, "u1");
  b.state("running");
  asks(b, "session/request_permission");
  b.idle();
  CHECK(b.s.questions().size() == 1);
  b.step(agent_exited{"is gone", 9, 9});
  CHECK(b.s.questions().empty());
}

TEST_CASE("v2: a cancel answers the turn's questions, and no others") {
  auto b = v2_bench::ready();
  asks(b, "session/request_permission", "5");
  b.prompt(1);
  b.inserted(1, "u1");
  b.state("running");
  b.asks_permission(91, "6");
  b.step(cancel_in{"me", 0});
  CHECK(b.sent(b.last) == strings{"session/cancel", "response"});
  CHECK(b.s.questions().size() == 1);
}

TEST_CASE("commands that come with the answer to session/new are told to all, once") {
  v2_bench b;
  const std::string commands = R"([{"name":"test","description":"Tests","type":"command"}])";
  b.v2_agent_is_ready(commands);
  const auto own = b.of<log_own>(b.last).at(0);
  CHECK(own.version == acp_version::v2);
  CHECK(own.line.find(R"("availableCommands":)" + commands) != std::string::npos);
  CHECK(b.s.commands() == commands);
  b.step(agent_exited{"is gone", 0, 0});
  b.v2_agent_is_ready(commands);
  CHECK(b.logged().empty());
}
