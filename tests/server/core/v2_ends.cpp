// How turns of agents that speak ACP v2 end otherwise than by themselves.
#include "tests/server/core/v2_harness.h"

#include <catch2/catch.hpp>

using namespace acpd::core;
using acpd::core::test::v2_bench;
using acpd::protocol::acp_version;
using strings = std::vector<std::string>;
using kinds = std::vector<entry_kind>;

namespace {

v2_bench working() {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.inserted(1, "u1");
  b.echo("u1");
  b.state("running");
  return b;
}

} // namespace

TEST_CASE("v2: a cancel is told as cancelled, whatever reason the agent gives") {
  auto b = working();
  b.step(cancel_in{"me", 0});
  CHECK(b.sent(b.last) == strings{"session/cancel"});
  b.text("still at it");
  CHECK(b.s.running());
  b.idle("end_turn");
  CHECK(b.response().find(R"("stopReason":"cancelled")") != std::string::npos);
  CHECK(b.of<save_turn>(b.last).back().value.outcome == "cancelled");
}

TEST_CASE(
    "v2: a prompt that is cancelled before it is inserted is refused, and told as cancelled") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.step(cancel_in{"me", 0});
  b.idle("cancelled");
  CHECK(b.s.running()); // its answer is to come
  b.refuses(1, -32800);
  CHECK(b.response() == "told: cancelled");
  CHECK_FALSE(b.s.running());
}

TEST_CASE("v2: inserted after all, but idle since the cancel: it has ended") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.step(cancel_in{"me", 0});
  b.idle("cancelled");
  b.inserted(1, "u1");
  CHECK_FALSE(b.s.running());
  CHECK(b.response().find("cancelled") != std::string::npos);
}

TEST_CASE(
    "v2: an agent that took the prompt and says that it is idle is not waited for on a cancel") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.inserted(1, "u1");
  b.idle(); // it never said that it worked
  REQUIRE(b.s.running());
  b.step(cancel_in{"me", 0});
  CHECK_FALSE(b.s.running());
}

TEST_CASE("v2: the agent's end interrupts the turn, and is said by acpd") {
  auto b = working();
  b.step(agent_exited{"was ended by signal 9", 1, 1});
  CHECK(b.logged() == kinds{entry_kind::own_update, entry_kind::turn_ended});
  const auto end = b.of<log_own>(b.last).back();
  CHECK(end.version == acp_version::v1); // the agent has not said that it is idle
  CHECK(end.line.find(R"("outcome":"interrupted")") != std::string::npos);
}

TEST_CASE("v2: a prompt that was not told when the agent ended is told by acpd") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.step(agent_exited{"was ended by signal 9", 1, 1});
  CHECK(b.logged() ==
        kinds{entry_kind::user_message, entry_kind::own_update, entry_kind::turn_ended});
}

TEST_CASE("v2: a prompt that never reached the agent goes to the next process, as if new") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.step(agent_exited{"is gone", 0, 0});
  CHECK(b.logged().empty());
  CHECK(b.has<start_agent>());
  b.v2_agent_is_ready();
  CHECK(b.sent(b.last) == strings{"session/prompt"});
  CHECK(b.logged().empty());
}

TEST_CASE("v2: work that nobody asked for ends with its process, and acpd says so") {
  auto b = v2_bench::ready();
  b.state("running");
  b.step(agent_exited{"is gone", 0, 0});
  REQUIRE(b.logged() == kinds{entry_kind::own_update});
  const auto own = b.of<log_own>(b.last).at(0);
  CHECK(own.version == acp_version::v2);
  CHECK(own.line.find(R"("state":"idle","stopReason":"error")") != std::string::npos);
  CHECK(b.s.state() == "idle");
}

TEST_CASE("v2: closing ends the turn, or the work, as cancelled") {
  auto b = working();
  b.step(close_in{});
  CHECK(b.logged() == kinds{entry_kind::turn_ended});
  CHECK(b.response().find("cancelled") != std::string::npos);

  auto unasked = v2_bench::ready();
  unasked.state("running");
  unasked.step(close_in{});
  CHECK(unasked.of<log_own>(unasked.last).at(0).line.find("cancelled") != std::string::npos);
}

TEST_CASE(
    "v2: a prompt that waits in acpd's queue is no entry of the agent's when it is cancelled") {
  auto b = working();
  b.prompt(2);
  b.step(cancel_in{"me", 0});
  const auto ends = b.of<log_own>(b.last);
  REQUIRE(ends.size() == 1);
  CHECK(ends[0].kind == entry_kind::turn_ended);
  CHECK(ends[0].version == acp_version::v1);
  CHECK(ends[0].process == 0);
}

TEST_CASE("v2: the next daemon goes on where the rows say that a turn is") {
  auto b = working();
  const turn row = *b.s.running();
  CHECK(row.message_id == "u1");
  session_seed seed = b.s.data();
  seed.open_turns.push_back(row);
  seed.calls.clear(); // the prompt was answered
  v2_bench next(seed);
  CHECK(next.s.state() == "running");
  next.idle();
  CHECK(next.logged() == kinds{entry_kind::update, entry_kind::turn_ended});
}

TEST_CASE("v2: work that nobody asked for is known to the next daemon, and prompts wait") {
  auto b = v2_bench::ready();
  b.state("running");
  v2_bench next(b.s.data());
  CHECK(next.s.state() == "running");
  next.prompt(1);
  CHECK(next.sent(next.last).empty());
  next.idle();
  CHECK(next.sent(next.last) == strings{"session/prompt"});
}
