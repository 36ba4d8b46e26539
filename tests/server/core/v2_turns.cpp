#include "tests/server/core/v2_harness.h"

#include <catch2/catch.hpp>

using namespace acpd::core;
using acpd::core::test::v2_bench;
using acpd::protocol::acp_version;
using strings = std::vector<std::string>;
using kinds = std::vector<entry_kind>;

TEST_CASE("v2: the prompt's answer says that it was inserted; idle after work ends the turn") {
  auto b = v2_bench::ready();
  b.prompt(1);
  CHECK(b.logged() == kinds{entry_kind::turn_started});
  b.inserted(1, "u1");
  CHECK(b.logged() == kinds{entry_kind::prompt_inserted});
  CHECK(b.of<log_own>(b.last).at(0).message_id == "u1");
  CHECK(b.has<durable>());
  CHECK(b.s.running());
  b.echo("u1");
  CHECK(b.logged() == kinds{entry_kind::user_message});
  b.state("running");
  b.text("hello");
  CHECK(b.s.running());
  b.idle();
  CHECK(b.logged() == kinds{entry_kind::update, entry_kind::turn_ended});
  CHECK(b.response() == R"({"jsonrpc":"2.0","id":null,"result":{"stopReason":"end_turn"}})");
  CHECK_FALSE(b.s.running());
  CHECK(b.s.state() == "idle");
}

TEST_CASE("v2: the log says that entries are the agent's own, and v2; what acpd says of it, too") {
  auto b = v2_bench::ready();
  b.prompt(1);
  CHECK(b.of<log_own>(b.last).at(0).version == acp_version::v2);
  b.echo("u1");
  const auto echo = b.of<log_line>(b.last).at(0);
  CHECK(echo.version == acp_version::v2);
  CHECK(echo.message_id == "u1");
  CHECK(echo.ref == 1);
  b.inserted(1, "u1");
  b.state("running");
  b.idle();
  CHECK(b.of<log_own>(b.last).at(0).version == acp_version::v2);
}

TEST_CASE("v2: the echo may come before the answer, whole or in chunks; v1 authors know it by it") {
  auto b = v2_bench::ready();
  b.prompt(1, "me");
  const auto chunk = R"("messageId":"u1","content":{"type":"text","text":"h"})";
  b.update("user_message_chunk", chunk);
  b.update("user_message_chunk", chunk);
  CHECK(b.logged() == kinds{entry_kind::user_message});
  const std::uint64_t hash = b.of<log_line>(b.last).at(0).process;
  b.inserted(1, "u1");
  b.state("running");
  b.idle();
  CHECK(b.logged() == kinds{entry_kind::update, entry_kind::turn_ended}); // no second one

  v2_bench v1 = v2_bench();
  v1.agent_is_ready();
  v1.prompt(1, "me");
  CHECK(hash == v1.of<log_own>(v1.last).at(1).process);
}

TEST_CASE("v2: a user's message that is not the prompt's is an update like others") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.inserted(1, "u1");
  b.echo("other");
  CHECK(b.logged() == kinds{entry_kind::update});
}

TEST_CASE("v2: where the agent does not tell the prompt, acpd does, before the turn's end") {
  auto b = v2_bench::ready();
  b.prompt(1, "me", "what now");
  b.inserted(1, "u1");
  b.state("running");
  b.idle();
  CHECK(b.logged() == kinds{entry_kind::user_message, entry_kind::update, entry_kind::turn_ended});
  const auto own = b.of<log_own>(b.last).at(0);
  CHECK(own.line.find(R"("messageId":"u1")") != std::string::npos);
  CHECK(own.line.find("what now") != std::string::npos);
  CHECK(own.version == acp_version::v2);
}

TEST_CASE("v2: an inserted prompt is said to be so before its turn ends, also without an answer") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.echo("u1");
  b.state("running");
  b.idle();
  CHECK(b.logged() ==
        kinds{entry_kind::prompt_inserted, entry_kind::update, entry_kind::turn_ended});
  b.inserted(1, "u1"); // late
  CHECK(b.logged().empty());
}

TEST_CASE("v2: idle before the prompt is inserted, or before work on it begins, ends nothing") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.state("running"); // of its own
  b.idle();
  CHECK(b.s.running());
  b.inserted(1, "u1");
  b.state("idle", R"(,"stopReason":"end_turn","background":[])"); // a snapshot
  CHECK(b.s.running());
  b.state("running");
  b.idle();
  CHECK_FALSE(b.s.running());
}

TEST_CASE("v2: an agent that never says running is seen to work by what it writes") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.inserted(1, "u1");
  b.text("done");
  b.idle();
  CHECK_FALSE(b.s.running());
}

TEST_CASE("v2: a hook that runs before the insertion is part of the turn") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.state("running");
  b.inserted(1, "u1");
  b.idle();
  CHECK_FALSE(b.s.running());
}

TEST_CASE("v2: stop reasons in v1's words") {
  const auto told = [](const std::string& members) {
    auto b = v2_bench::ready();
    b.prompt(1);
    b.inserted(1, "u1");
    b.state("running");
    b.state("idle", members);
    const std::string line = b.response();
    return line.substr(line.find("null,") + 5);
  };
  for (const std::string same : {"end_turn", "max_tokens", "max_turn_requests", "refusal"})
    CHECK(told(R"(,"stopReason":")" + same + "\"") ==
          R"("result":{"stopReason":")" + same + "\"}}");
  CHECK(told("") == R"("result":{"stopReason":"end_turn"}})");
  CHECK(told(R"(,"stopReason":"_later")") ==
        R"("result":{"stopReason":"end_turn","_meta":{"acpd/v2":{"stopReason":"_later"}}}})");
  CHECK(told(R"(,"stopReason":"error","error":{"code":7,"message":"broke","data":[1.0]})") ==
        R"("error":{"code":7,"message":"broke","data":[1.0]}})");
  CHECK(told(R"(,"stopReason":"error","error":"broke")").find("-32603") != std::string::npos);
}

TEST_CASE("v2: a refused prompt ends its turn with the error, and not what the agent is at") {
  auto b = v2_bench::ready();
  b.prompt(1, "me", "lost?");
  b.prompt(2);
  b.state("running");
  b.refuses(1, -32602);
  CHECK(b.logged() == kinds{entry_kind::user_message, entry_kind::turn_ended});
  CHECK(b.response().find("-32602") != std::string::npos);
  CHECK(b.of<save_turn>(b.last).back().value.outcome == "error");
  CHECK(b.s.state() == "running");
  CHECK(b.sent(b.last).empty()); // the second prompt waits
  b.idle();
  CHECK(b.sent(b.last) == strings{"session/prompt"});
}

TEST_CASE("v2: prompts wait for the turn's end, not for the answer") {
  auto b = v2_bench::ready();
  b.prompt(1);
  b.prompt(2);
  b.inserted(1, "u1");
  CHECK(b.sent(b.last).empty());
  b.state("running");
  b.idle();
  CHECK(b.sent(b.last) == strings{"session/prompt"});
  CHECK(b.s.running()->id == 2);
}

TEST_CASE("v2: work that nobody asked for has no turn, is told, and prompts wait for its end") {
  auto b = v2_bench::ready();
  b.state("running");
  CHECK(b.of<log_line>(b.last).at(0).turn == 0);
  CHECK(b.s.state() == "running");
  CHECK_FALSE(b.s.quiet());
  b.prompt(1);
  CHECK(b.sent(b.last).empty());
  b.state("requires_action");
  CHECK(b.s.state() == "requires_action");
  b.state("running");
  b.idle();
  CHECK(b.sent(b.last) == strings{"session/prompt"});
}

TEST_CASE("v2: work that nobody asked for is cancelled by who has seen it, once") {
  auto b = v2_bench::ready();
  b.state("running");
  const std::uint64_t began = b.s.data().head;
  b.step(cancel_in{"other", began - 1});
  CHECK(b.sent(b.last).empty());
  b.step(cancel_in{"other", began});
  CHECK(b.sent(b.last) == strings{"session/cancel"});
  b.step(cancel_in{"other", began});
  CHECK(b.sent(b.last).empty());
}

TEST_CASE("v2: the state is the agent's: what is asked does not change it") {
  auto b = v2_bench::ready();
  b.prompt(1);
  CHECK(b.s.state() == "running");
  b.inserted(1, "u1");
  b.state("running");
  b.asks_permission();
  CHECK(b.s.state() == "running");
  b.state("requires_action");
  CHECK(b.s.state() == "requires_action");
  b.state("running");
  CHECK(b.s.state() == "running");
  b.state("_thinking");
  CHECK(b.s.running()); // not idle
}

TEST_CASE("v2: what it does in the background is kept as it says") {
  auto b = v2_bench::ready();
  CHECK(b.s.background().empty());
  const std::string list = R"([{"type":"terminal","terminalId":"t1"}])";
  b.state("idle", R"(,"background":)" + list);
  CHECK(b.s.background() == list);
  CHECK_FALSE(b.s.quiet());
  CHECK(b.s.state() == "idle");
  b.step(agent_exited{"ended (exit code 0)", 0, 0});
  CHECK(b.s.background().empty());
}
