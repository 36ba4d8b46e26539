#include "tests/server/core/harness.h"

#include <catch2/catch.hpp>

using namespace acpd::core;
using acpd::core::test::bench;
using strings = std::vector<std::string>;

namespace {

bench in_turn() {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  return b;
}

constexpr auto yes = R"({"outcome":{"outcome":"selected","optionId":"yes"}})";

} // namespace

TEST_CASE("a permission is a row and an entry before anybody is asked") {
  bench b = in_turn();
  b.asks_permission();
  CHECK(b.of<save_question>(b.last).at(0).value.id == 90);
  CHECK(b.logged() == std::vector<entry_kind>{entry_kind::question_asked});
  CHECK(b.s.needs_person());
}

TEST_CASE("the first answer wins and reaches the agent under its own id") {
  bench b = in_turn();
  b.asks_permission();
  b.answer(90, yes);
  const auto line = b.of<send>(b.last).at(0).line;
  CHECK(line.find(R"("id":"q")") != std::string::npos);
  CHECK(line.find(R"("optionId":"yes")") != std::string::npos);
  CHECK(b.has<durable>());
  b.answer(90, R"({"outcome":{"outcome":"selected","optionId":"no"}})");
  CHECK(b.last.empty());
}

TEST_CASE("silence, nonsense and options that were not offered never approve") {
  const std::string answer =
      GENERATE(as<std::string>{}, R"({"outcome":{"outcome":"cancelled"}})",
               R"({"outcome":{"outcome":"selected","optionId":"other"}})", R"({"outcome":"yes"})",
               R"({})", R"([])", R"("yes")", "null", "true");
  bench b = in_turn();
  b.asks_permission();
  b.answer(90, answer);
  CHECK(b.last.empty());
  CHECK(b.s.needs_person());
}

TEST_CASE("an editor's error leaves the question open") {
  bench b = in_turn();
  b.asks_permission();
  b.step(answer_in{90, {}, R"({"code":-32601,"message":"what?"})"});
  CHECK(b.last.empty());
  CHECK(b.s.needs_person());
}

TEST_CASE(
    "a cancel answers every open permission with cancelled, for agents that would wait for ever") {
  bench b = in_turn();
  b.asks_permission(90, "1");
  b.asks_permission(91, "2");
  b.step(cancel_in{"me", 0});
  CHECK(b.sent(b.last) == strings{"session/cancel", "response", "response"});
  CHECK(b.s.questions().empty());
}

TEST_CASE("a permission asked after the cancel is answered at once") {
  bench b = in_turn();
  b.step(cancel_in{"me", 0});
  b.asks_permission();
  CHECK(b.sent(b.last) == strings{"response"});
  CHECK(b.s.questions().empty());
}

TEST_CASE("the end of the turn withdraws what nobody answered") {
  bench b = in_turn();
  b.asks_permission();
  b.answers(1, R"({"stopReason":"end_turn"})");
  CHECK(b.of<save_question>(b.last).at(0).value.state == question_state::withdrawn);
  CHECK(b.s.questions().empty());
}

TEST_CASE("the agent withdraws its own request with $/cancel_request") {
  bench b = in_turn();
  b.asks_permission();
  b.agent_says(R"({"jsonrpc":"2.0","method":"$/cancel_request","params":{"requestId":"q"}})");
  CHECK(b.s.questions().empty());
  CHECK(b.logged() == std::vector<entry_kind>{entry_kind::question_settled});
}

TEST_CASE("an elicitation's answer is a secret: neither in its row nor in the log") {
  bench b = in_turn();
  b.agent_says(
      R"({"jsonrpc":"2.0","id":5,"method":"elicitation/create","params":{"sessionId":"agent-sid","mode":"form",)"
      R"("message":"token?","requestedSchema":{"type":"object"}}})");
  b.answer(90, R"({"action":"accept","content":{"token":"hush"}})");
  CHECK(b.of<send>(b.last).at(0).secret);
  CHECK(b.of<save_question>(b.last).at(0).value.outcome.empty());
  for (const log_own& own : b.of<log_own>(b.last))
    CHECK(own.line.find("hush") == std::string::npos);
}

TEST_CASE("fs and terminal requests are rows until they are answered, and leave none behind") {
  const std::string method =
      GENERATE(as<std::string>{}, "fs/read_text_file", "fs/write_text_file", "terminal/create");
  bench b = in_turn();
  b.agent_says(R"({"jsonrpc":"2.0","id":5,"method":")" + method +
               R"(","params":{"sessionId":"agent-sid"}})");
  CHECK(b.has<save_question>());
  CHECK(b.has<ask>());
  CHECK(b.logged().empty());
  b.answer(90, "{}");
  CHECK(b.has<erase_question>());
  CHECK(b.sent(b.last) == strings{"response"});
}

TEST_CASE("a method that acpd does not know is refused, the session lives on") {
  bench b = in_turn();
  b.agent_says(R"({"jsonrpc":"2.0","id":5,"method":"session/dance","params":{}})");
  CHECK(b.of<send>(b.last).at(0).line.find("-32601") != std::string::npos);
}

TEST_CASE("replies to nothing are ignored") {
  bench b = in_turn();
  b.answers(99, "{}");
  CHECK(b.last.empty());
  b.agent_says(R"({"jsonrpc":"2.0","id":"1","result":{}})");
  CHECK(b.last.empty());
  b.agent_says(R"({"jsonrpc":"2.0","id":null,"result":{}})");
  CHECK(b.last.empty());
}
