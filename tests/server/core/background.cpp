#include "protocol/envelope.h"
#include "tests/server/core/harness.h"

#include <catch2/catch.hpp>

using namespace acpd::core;
using acpd::core::test::bench;
using acpd::protocol::acp_version;
using acpd::protocol::member;
using acpd::protocol::unquote;

namespace {

constexpr auto listed_terminal = R"([{"type":"terminal","terminalId":"acpd-term-7"}])";
constexpr auto listed_call = R"([{"type":"tool_call","toolCallId":"c"}])";

std::string_view update_in(const log_own& own) {
  return member(member(own.line, "params"), "update");
}

/// What the last step told v2 editors, one word each: a variant, or the state with its list.
std::vector<std::string> told(const bench& b) {
  std::vector<std::string> out;
  for (const log_own& own : b.of<log_own>(b.last)) {
    if (own.kind != entry_kind::own_update || own.version != acp_version::v2) continue;
    const auto update = update_in(own);
    const std::string variant = unquote(member(update, "sessionUpdate"));
    if (variant == "state_update")
      out.push_back(unquote(member(update, "state")) + " " +
                    std::string(member(update, "background")));
    else if (!member(update, "exitStatus").empty())
      out.push_back("exit " + std::string(member(update, "exitStatus")));
    else
      out.push_back(variant);
  }
  return out;
}

std::string message_id_of(const bench& b, entry_kind kind) {
  std::string found = "(no entry)";
  for (const action& a : b.last) {
    if (auto* line = std::get_if<log_line>(&a); line && line->kind == kind)
      found = line->message_id;
    if (auto* own = std::get_if<log_own>(&a); own && own->kind == kind) found = own->message_id;
  }
  return found;
}

std::string call_is(const std::string& status, const std::string& variant = "tool_call") {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"agent-sid","update":{"sessionUpdate":")" +
         variant + R"(","toolCallId":"c","title":"x","status":")" + status + R"("}}})";
}

bench in_turn() {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  return b;
}

bench with_terminal() {
  bench b = in_turn();
  b.step(terminal_started{7, "npm run dev", "/w"});
  return b;
}

using words = std::vector<std::string>;

} // namespace

TEST_CASE("a terminal is announced when it begins, with where it runs and that it can be ended") {
  bench b = with_terminal();
  REQUIRE(told(b) == words{"terminal_update"});
  const log_own entry = b.of<log_own>(b.last).at(0);
  const auto update = update_in(entry);
  CHECK(member(update, "command") == R"("npm run dev")");
  CHECK(member(update, "cwd") == R"("/w")");
  CHECK(member(update, "capabilities") == R"({"cancel":{}})");
  b.step(terminal_started{7, "npm run dev", "/w"});
  CHECK(told(b).empty());
}

TEST_CASE("what it writes is told as it grows; a jump replaces all of it") {
  bench b = with_terminal();
  b.step(terminal_output{7, "one\n", "", false});
  CHECK(told(b) == words{"terminal_output_chunk"});
  b.step(terminal_output{7, "one\n", "", false});
  CHECK(told(b).empty());
  b.step(terminal_output{7, "one\ntwo\n", "", false});
  REQUIRE(told(b) == words{"terminal_output_chunk"});
  CHECK(member(update_in(b.of<log_own>(b.last).at(0)), "data") == R"("dHdvCg==")");
  b.step(terminal_output{7, std::string(100'000, 'x'), "", false});
  CHECK(told(b) == words{"terminal_update"});
  b.step(terminal_output{7, "the end", "", true}); // the shim has dropped what was before
  CHECK(told(b) == words{"terminal_update"});
}

TEST_CASE("a terminal that outlives its turn is listed until it has ended, and then nothing is") {
  bench b = with_terminal();
  b.answers(1, R"({"stopReason":"end_turn"})");
  CHECK(message_id_of(b, entry_kind::turn_ended) == listed_terminal);
  CHECK(b.s.background() == listed_terminal);
  CHECK_FALSE(b.s.quiet());
  b.step(terminal_output{7, "up\n", "", false});
  CHECK(told(b) == words{"terminal_output_chunk"});
  b.step(terminal_output{7, "up\ndown\n", "exit code 3", false, 3});
  CHECK(told(b) == words{"terminal_output_chunk", R"(exit {"exitCode":3})", "idle []"});
  CHECK(b.s.quiet());
}

TEST_CASE("the next turn's states have the list, and its end while one runs is told at once") {
  bench b = with_terminal();
  b.answers(1, R"({"stopReason":"end_turn"})");
  b.prompt(2);
  CHECK(message_id_of(b, entry_kind::turn_started) == listed_terminal);
  b.asks_permission();
  CHECK(message_id_of(b, entry_kind::question_asked) == listed_terminal);
  b.answer(90, R"({"outcome":{"outcome":"selected","optionId":"yes"}})");
  CHECK(message_id_of(b, entry_kind::question_settled) == listed_terminal);
  b.step(terminal_output{7, "", "ended by SIGTERM", false, {}, "SIGTERM"});
  CHECK(told(b) == words{R"(exit {"signal":"SIGTERM"})", "running []"});
  b.answers(2, R"({"stopReason":"end_turn"})");
  CHECK(message_id_of(b, entry_kind::turn_ended).empty());
}

TEST_CASE("a terminal goes on after a cancel; that the turn was cancelled is told all the same") {
  bench b = with_terminal();
  b.step(cancel_in{"me", 0});
  b.answers(1, R"({"stopReason":"end_turn"})");
  const std::string note = message_id_of(b, entry_kind::turn_ended);
  CHECK(is_told_as_cancelled(note));
  CHECK(background_in(note) == listed_terminal);
}

TEST_CASE("a call that the turn leaves open is listed until the agent ends it") {
  const auto status = GENERATE("pending", "in_progress");
  bench b = in_turn();
  b.agent_says(call_is(status));
  CHECK(told(b).empty());
  b.answers(1, R"({"stopReason":"end_turn"})");
  CHECK(message_id_of(b, entry_kind::turn_ended) == listed_call);
  b.agent_says(call_is("in_progress", "tool_call_update"));
  CHECK(told(b).empty());
  b.agent_says(call_is("completed", "tool_call_update"));
  CHECK(told(b) == words{"idle []"});
}

TEST_CASE("calls of a turn that was cut off are not said to go on") {
  bench b = in_turn();
  b.agent_says(call_is("in_progress"));
  SECTION("by a cancel") {
    b.step(cancel_in{"me", 0});
    b.answers(1, R"({"stopReason":"cancelled"})");
  }
  SECTION("by an error") {
    b.agent_says(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no"}})");
  }
  CHECK(b.s.background() == "[]");
}

TEST_CASE("a call that shows a terminal that runs is that terminal's") {
  bench b = with_terminal();
  b.agent_says(
      R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"agent-sid","update":{"sessionUpdate":"tool_call","toolCallId":"c","title":"x","status":"in_progress","content":[{"type":"terminal","terminalId":"acpd-term-7"}]}}})");
  b.answers(1, R"({"stopReason":"end_turn"})");
  CHECK(b.s.background() == listed_terminal);
}

TEST_CASE("work that begins between turns is announced and listed at once") {
  bench b = in_turn();
  b.answers(1, R"({"stopReason":"end_turn"})");
  b.step(terminal_started{7, "make", "/w"});
  CHECK(told(b) == words{"terminal_update", "idle " + std::string(listed_terminal)});
  b.agent_says(call_is("in_progress"));
  CHECK(told(b).size() == 1);
}

TEST_CASE("when the agent ends, how each of it ended is told before nothing is listed") {
  bench b = with_terminal();
  b.agent_says(call_is("in_progress"));
  b.answers(1, R"({"stopReason":"end_turn"})");
  b.step(agent_exited{"ended (exit code 1)", 9, 9});
  CHECK(told(b) == words{"exit {}", "idle []"});
  const auto own = b.of<log_own>(b.last);
  REQUIRE(own.size() == 3);
  CHECK(member(update_in(own[1]), "status") == R"("failed")");
}

TEST_CASE("a session that is closed stops what goes on, and says so") {
  bench b = with_terminal();
  b.answers(1, R"({"stopReason":"end_turn"})");
  b.step(close_in{});
  CHECK(told(b) == words{"exit {}", "idle []"});
  CHECK(b.has<stop_agent>());
}

TEST_CASE("the next daemon knows what goes on, and what the turn has left open so far") {
  bench b = with_terminal();
  b.step(terminal_output{7, "up\n", "", false});
  b.answers(1, R"({"stopReason":"end_turn"})");
  const std::string kept = b.of<save_terminals>(b.last).back().state;
  bench next;
  next.agent_is_ready();
  next.s.restore_terminals(kept);
  CHECK(next.s.background() == listed_terminal);
  next.step(terminal_output{7, "up\nmore\n", "", false});
  CHECK(member(update_in(next.of<log_own>(next.last).at(0)), "data") == R"("bW9yZQo=")");
  next.prompt(1);
  next.s.recall(R"({"sessionUpdate":"tool_call","toolCallId":"c","status":"in_progress"})");
  next.answers(1, R"({"stopReason":"end_turn"})");
  CHECK(next.s.background().find(R"("toolCallId":"c")") != std::string::npos);
}
