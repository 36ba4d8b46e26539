#include "tests/server/core/harness.h"

#include <catch2/catch.hpp>

using namespace acpd::core;
using acpd::core::test::bench;
using strings = std::vector<std::string>;
using kinds = std::vector<entry_kind>;

TEST_CASE("a prompt starts the agent when there is none, and is sent once the agent is ready") {
  bench b;
  b.prompt(1);
  CHECK(b.has<start_agent>());
  CHECK(b.sent(b.last).empty());
  CHECK(b.s.queue().size() == 1);
  b.agent_is_ready();
  CHECK(b.sent(b.last) == strings{"session/prompt"});
  CHECK(b.s.running()->number == 1);
}

TEST_CASE("a turn's start is logged with its prompt before the prompt goes out, and synced") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  CHECK(b.logged() == kinds{entry_kind::turn_started, entry_kind::user_message});
  CHECK(b.has<durable>());
  const auto line = b.of<send>(b.last).at(0);
  CHECK(line.n == 1);
  CHECK(line.line.find(R"("id":1,)") != std::string::npos);
  CHECK(line.line.find(R"("sessionId":"agent-sid")") != std::string::npos);
}

TEST_CASE("prompts that come while one runs wait, first in first out") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.prompt(2);
  b.prompt(3);
  CHECK(b.sent(b.all) == strings{"session/prompt"});
  b.answers(1, R"({"stopReason":"end_turn"})");
  CHECK(b.s.running()->id == 2);
  b.answers(2, R"({"stopReason":"end_turn"})");
  CHECK(b.s.running()->id == 3);
}

TEST_CASE("the agent's answer ends the turn in the log, in its row and for its key") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.chunk("x");
  b.answers(1, R"({"stopReason":"max_tokens"})");
  CHECK(b.logged() == kinds{entry_kind::turn_ended});
  CHECK(b.of<save_turn>(b.last).at(0).value.outcome == "max_tokens");
  const auto kept = b.of<save_answer>(b.last).at(0);
  CHECK(kept.key == "me:1");
  CHECK(kept.seq == b.s.data().head);
  CHECK(b.has<durable>());
  CHECK_FALSE(b.s.running());
}

TEST_CASE("seq has no gaps, whatever is logged") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.chunk("x");
  b.asks_permission();
  b.answer(90, R"({"outcome":{"outcome":"selected","optionId":"yes"}})");
  b.answers(1, R"({"stopReason":"end_turn"})");
  std::uint64_t expected = 0;
  for (const action& a : b.all) {
    if (auto* line = std::get_if<log_line>(&a)) CHECK(line->seq == ++expected);
    if (auto* own = std::get_if<log_own>(&a)) CHECK(own->seq == ++expected);
  }
  CHECK(expected == b.s.data().head);
}

TEST_CASE("a cancel ends the running turn through the agent and the queued ones at once") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.prompt(2);
  b.step(cancel_in{"me", 0});
  CHECK(b.sent(b.last) == strings{"session/cancel"});
  CHECK(b.s.queue().empty());
  const auto kept = b.of<save_answer>(b.last);
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].key == "me:2");
  CHECK(kept[0].line.find("cancelled") != std::string::npos);
  CHECK(b.s.running()); // until the agent says so
}

TEST_CASE("a prompt that is to run now goes before the others, and what runs is cancelled") {
  bench b;
  b.agent_is_ready();
  for (int turn = 1; turn <= 4; ++turn)
    b.prompt(turn, turn == 3 ? "other" : "me");
  b.step(run_now{4});
  CHECK(b.sent(b.last) == strings{"session/cancel"});
  CHECK(b.has<durable>());
  CHECK(b.of<save_answer>(b.last).empty()); // nobody's prompt has ended
  b.step(run_now{3});
  CHECK(b.sent(b.last).empty()); // it is cancelled already
  CHECK(b.of<save_turn>(b.last).size() == 2);
  b.step(run_now{1}); // it has started: nothing happens
  CHECK(b.last.empty());

  session_seed seed = bench::fresh();
  for (const turn& t : {*b.s.running(), b.s.queue().at(1), b.s.queue().at(2), b.s.queue().at(0)})
    seed.open_turns.push_back(t); // in the order of their rows, as they are found again
  std::ranges::sort(seed.open_turns, {}, &turn::id);
  const session again(std::move(seed));
  std::vector<std::int64_t> found;
  for (const turn& t : again.queue())
    found.push_back(t.id);
  CHECK(found == std::vector<std::int64_t>{3, 2, 4});

  std::vector<std::int64_t> order;
  while (b.s.running()) {
    order.push_back(b.s.running()->id);
    b.answers(b.s.running()->sent_as, R"({"stopReason":"end_turn"})");
  }
  CHECK(order == std::vector<std::int64_t>{1, 3, 4, 2});
}

TEST_CASE("a cancel of somebody who has not seen the running turn hits nothing newer") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  const std::uint64_t before = b.s.running()->started_seq - 1;
  b.step(cancel_in{"other", before});
  CHECK(b.sent(b.last).empty());
  b.step(cancel_in{"other", before + 1});
  CHECK(b.sent(b.last) == strings{"session/cancel"});
}

TEST_CASE("a second cancel is not sent twice") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.step(cancel_in{"me", 0});
  b.step(cancel_in{"me", 0});
  CHECK(b.sent(b.last).empty());
}

TEST_CASE(
    "an agent that dies in a turn interrupts it, said in the conversation and in the answer") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.chunk("x");
  b.step(agent_exited{"was ended by signal 9", 1, 1});
  CHECK(b.logged() == kinds{entry_kind::own_update, entry_kind::turn_ended});
  const auto kept = b.of<save_answer>(b.last).at(0);
  CHECK(kept.line.find(R"("outcome":"interrupted")") != std::string::npos);
  CHECK(kept.line.find("-32603") != std::string::npos);
  CHECK(b.s.agent() == agent_state::none);
}

TEST_CASE(
    "a prompt that never reached the dead agent is sent to the next one, and not shown twice") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.step(agent_exited{"is gone", 0, 0});
  CHECK(b.has<start_agent>());
  b.s.bind(8, 1);
  b.step(agent_ready{"\"new\"", "", "", false});
  CHECK(b.sent(b.last) == strings{"session/prompt"});
  CHECK(b.logged().empty());
}

TEST_CASE("a prompt whose agents keep dying before they have it is given up") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  for (int process = 8; b.s.running() || !b.s.queue().empty(); ++process) {
    REQUIRE(process < 12);
    b.step(agent_exited{"is gone", 0, 0});
    if (!b.has<start_agent>()) break;
    b.s.bind(process, 1);
    b.step(agent_ready{"\"new\"", "", "", false});
  }
  CHECK(b.of<save_turn>(b.last).back().value.state == turn_state::interrupted);
  CHECK(b.s.quiet());
}

TEST_CASE("a prompt that was being written when the agent died has an unknown outcome") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.step(agent_exited{"is gone", 1, 0});
  CHECK(b.of<save_turn>(b.last).at(0).value.state == turn_state::outcome_unknown);
}

TEST_CASE("a cancelled turn whose agent dies ends as cancelled") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.step(cancel_in{"me", 0});
  b.step(agent_exited{"is gone", 2, 2});
  CHECK(b.of<save_turn>(b.last).at(0).value.outcome == "cancelled");
}

TEST_CASE("the next prompt of the queue starts a new agent after the death of the old one") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.prompt(2);
  b.step(agent_exited{"is gone", 1, 1});
  CHECK(b.has<start_agent>());
  CHECK(b.s.queue().size() == 1);
}

TEST_CASE("closing ends everything at once and stops the agent") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.prompt(2);
  b.asks_permission();
  b.step(close_in{});
  CHECK(b.has<stop_agent>());
  CHECK_FALSE(b.s.running());
  CHECK(b.s.queue().empty());
  CHECK(b.s.questions().empty());
  CHECK(b.s.data().closed);
}

TEST_CASE("a restored session goes on with its running turn") {
  session_seed seed = bench::fresh();
  seed.shim = 7;
  seed.next_n = 2;
  seed.agent_sid = "\"agent-sid\"";
  seed.turns = 1;
  seed.head = 5;
  turn t;
  t.id = 1;
  t.number = 1;
  t.state = turn_state::running;
  t.key = "me:1";
  t.keyed = true;
  t.sent_as = 1;
  seed.open_turns.push_back(t);
  seed.calls[1] = {send_kind::prompt, 1, {}, false, "session/prompt", {}};
  bench b(seed);
  b.chunk("still here");
  CHECK(b.logged() == kinds{entry_kind::update});
  b.answers(1, R"({"stopReason":"end_turn"})");
  CHECK(b.logged() == kinds{entry_kind::turn_ended});
}

TEST_CASE("an agent that cannot be started answers every waiting prompt with the reason") {
  bench b;
  b.prompt(1);
  b.prompt(2);
  b.s.bind(7, 1);
  b.step(agent_failed{"the agent \"a\" is not installed: npm i -g a", "", false});
  const auto kept = b.of<save_answer>(b.last);
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].line.find("not installed") != std::string::npos);
  CHECK(b.s.quiet());
}

TEST_CASE(
    "whatever the agent answers to a cancelled prompt, it was cancelled; the log keeps its word") {
  const std::string end = R"({"stopReason":"end_turn","usage":{"used":1.0}})";
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.step(cancel_in{"me", 0});
  SECTION("a stop reason") {
    b.answers(1, end);
    CHECK(b.of<log_line>(b.last).at(0).line.find("end_turn") != std::string::npos);
    CHECK(
        b.of<save_answer>(b.last).at(0).line ==
        R"({"jsonrpc":"2.0","id":null,"result":{"stopReason":"cancelled","usage":{"used":1.0}}})");
  }
  SECTION("an error") {
    b.agent_says(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"aborted"}})");
    CHECK(b.of<log_line>(b.last).at(0).line.find("aborted") != std::string::npos);
    CHECK(b.of<save_answer>(b.last).at(0).line ==
          R"({"jsonrpc":"2.0","id":null,"result":{"stopReason":"cancelled"}})");
  }
  CHECK(b.of<log_line>(b.last).at(0).message_id == told_as_cancelled);
  CHECK(b.of<save_turn>(b.last).at(0).value.outcome == "cancelled");
}

TEST_CASE("an agent that says itself that it was cancelled is passed on as it is") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.step(cancel_in{"me", 0});
  b.answers(1, R"({"stopReason":"cancelled"})");
  CHECK(b.of<log_line>(b.last).at(0).message_id.empty());
}

TEST_CASE("$/cancel_request for a prompt is a cancel of that prompt alone") {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.prompt(2);
  b.prompt(3);
  b.step(cancel_request_in{"me:2"});
  CHECK(b.of<save_answer>(b.last).at(0).key == "me:2");
  CHECK(b.sent(b.last).empty());
  b.step(cancel_request_in{"me:1"});
  CHECK(b.sent(b.last) == strings{"session/cancel"});
  CHECK(b.s.queue().size() == 1);
}
