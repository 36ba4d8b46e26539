#include "tests/server/core/harness.h"

#include <catch2/catch.hpp>

using namespace acpd::core;
using acpd::core::test::bench;

namespace {

std::string update(const std::string& inner) {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"agent-sid","update":)" +
         inner + "}}";
}

std::string id_of(const bench& b) { return std::string(b.of<log_line>(b.last).at(0).message_id); }

} // namespace

TEST_CASE(
    "chunks of one message get one id; a new kind, turn or anything in between begins another") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.chunk("a");
  const std::string first = id_of(b);
  b.chunk("b");
  CHECK(id_of(b) == first);
  b.chunk("c", "agent_thought_chunk");
  const std::string thought = id_of(b);
  CHECK(thought != first);
  b.agent_says(update(R"({"sessionUpdate":"plan","entries":[]})"));
  b.chunk("d", "agent_thought_chunk");
  CHECK(id_of(b) != thought);
  const std::string before = id_of(b);
  b.answers(1, R"({"stopReason":"end_turn"})");
  b.prompt(2);
  b.chunk("e", "agent_thought_chunk");
  CHECK(id_of(b) != before);
}

TEST_CASE("an agent's own message id is kept") {
  bench b;
  b.agent_is_ready();
  b.agent_says(update(
      R"({"sessionUpdate":"agent_message_chunk","messageId":"mine","content":{"type":"text","text":"x"}})"));
  CHECK(id_of(b) == "mine");
}

TEST_CASE("unknown variants are logged as they are") {
  bench b;
  b.agent_is_ready();
  b.agent_says(update(R"({"sessionUpdate":"_x/new","thing":1.0})"));
  CHECK(b.of<log_line>(b.last).at(0).kind == entry_kind::update);
}

TEST_CASE("what a client that attaches later is told follows the updates") {
  bench b;
  b.s.bind(7, 1);
  b.step(agent_ready{"\"x\"", R"({"currentModeId":"ask","availableModes":[]})", "[]", false});
  b.agent_says(update(R"({"sessionUpdate":"current_mode_update","currentModeId":"code"})"));
  CHECK(b.s.data().modes == R"({"currentModeId":"code","availableModes":[]})");
  b.agent_says(
      update(R"({"sessionUpdate":"config_option_update","configOptions":[{"id":"model"}]})"));
  CHECK(b.s.data().config_options == R"([{"id":"model"}])");
  b.agent_says(update(R"({"sessionUpdate":"session_info_update","title":"Fix the build"})"));
  CHECK(b.s.data().title == "Fix the build");
  CHECK(b.has<save_session>());
}

TEST_CASE("notices are live only, compaction only for those who can show it") {
  bench b;
  b.agent_is_ready();
  b.agent_says(update(R"({"sessionUpdate":"notice","severity":"info","title":"x"})"));
  CHECK(b.logged() == std::vector<entry_kind>{entry_kind::notice});
  b.agent_says(
      update(R"({"sessionUpdate":"compaction_update","compactionId":"c","status":"in_progress"})"));
  CHECK(b.logged() == std::vector<entry_kind>{entry_kind::gated});
}

TEST_CASE("a mode that a person chose is asked for again by the next process's handshake") {
  bench b;
  b.s.bind(7, 1);
  b.step(agent_ready{"\"x\"", R"({"currentModeId":"ask","availableModes":[]})", "", false});
  const std::string line =
      R"({"jsonrpc":"2.0","id":4,"method":"session/set_mode","params":{"sessionId":"S","modeId":"code"}})";
  auto e = acpd::protocol::scan(line);
  b.step(request_in{line, *e, "me:4", true});
  b.answers(1, "{}");
  REQUIRE(b.s.data().chosen.size() == 1);
  CHECK(b.s.data().chosen[0].method == "session/set_mode");
  CHECK(b.s.data().modes.find("code") != std::string::npos);
  CHECK(b.of<save_answer>(b.last).at(0).key == "me:4");
}

TEST_CASE("requests wait for the agent, and are answered when it dies") {
  bench b;
  const std::string line = R"({"jsonrpc":"2.0","id":4,"method":"_x/y","params":{"sessionId":"S"}})";
  auto e = acpd::protocol::scan(line);
  b.step(request_in{line, *e, "me:4", true});
  CHECK(b.has<start_agent>());
  b.agent_is_ready();
  CHECK(b.sent(b.last) == std::vector<std::string>{"_x/y"});
  b.step(agent_exited{"is gone", 1, 1});
  CHECK(b.of<save_answer>(b.last).at(0).line.find("-32603") != std::string::npos);
}

TEST_CASE("acpd's own keys never reach the agent") {
  bench b;
  b.agent_is_ready();
  const std::string line =
      R"({"jsonrpc":"2.0","id":4,"method":"_x/y","params":{"sessionId":"S","_meta":{"acpd/key":"k","traceparent":"t"}}})";
  auto e = acpd::protocol::scan(line);
  b.step(request_in{line, *e, "k", true});
  const std::string sent = b.of<send>(b.last).at(0).line;
  CHECK(sent.find("acpd/") == std::string::npos);
  CHECK(sent.find(R"("traceparent":"t")") != std::string::npos);
}
