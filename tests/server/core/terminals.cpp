#include "server/core/terminal_views.h"
#include "tests/server/core/harness.h"

#include <catch2/catch.hpp>

using namespace acpd::core;
using acpd::core::test::bench;

namespace {

constexpr auto in_terminal = R"([{"type":"terminal","terminalId":"acpd-term-7"}])";

std::string update_of_call(const std::string& members,
                           const std::string& variant = "tool_call_update") {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"agent-sid","update":{"sessionUpdate":")" +
         variant + R"(","toolCallId":"c",)" + members + "}}}";
}

std::string shows_terminal(const std::string& more = "") {
  return update_of_call(R"("title":"Test","content":)" + std::string(in_terminal) + more,
                        "tool_call");
}

/// The text of acpd's own update in the last step.
std::string shown(const bench& b) {
  for (const log_own& own : b.of<log_own>(b.last)) {
    if (own.ref != names_terminal) continue;
    const auto params = acpd::protocol::member(own.line, "params");
    const auto content =
        acpd::protocol::member(acpd::protocol::member(params, "update"), "content");
    std::string text;
    acpd::protocol::for_each_element(content, [&](std::string_view element) {
      text += acpd::protocol::unquote(
          acpd::protocol::member(acpd::protocol::member(element, "content"), "text"));
    });
    return text;
  }
  return "(nothing)";
}

bench with_terminal() {
  bench b;
  b.agent_is_ready();
  b.prompt(1);
  b.step(terminal_started{7, "make test"});
  return b;
}

} // namespace

TEST_CASE("a terminal in a call is followed by its command line; the agent's bytes stay") {
  bench b = with_terminal();
  b.agent_says(shows_terminal());
  CHECK(b.logged() == std::vector<entry_kind>{entry_kind::update, entry_kind::own_update});
  const log_line kept = b.of<log_line>(b.last).at(0);
  CHECK(kept.line == shows_terminal());
  CHECK(kept.ref == names_terminal);
  CHECK(shown(b) == "```console\n$ make test\n```");
  CHECK(b.of<log_own>(b.last).at(0).turn == 1);
}

TEST_CASE("its output is shown when it has ended, once") {
  bench b = with_terminal();
  b.agent_says(shows_terminal());
  b.step(terminal_output{7, "all good\n", "exit code 0", false});
  CHECK(shown(b) == "```console\n$ make test\nall good\n```");
  b.step(terminal_output{7, "all good\n", "exit code 0", false});
  CHECK(b.logged().empty());
}

TEST_CASE("how it ended, and that it was cut, is said") {
  bench b = with_terminal();
  b.agent_says(shows_terminal());
  const std::string much(terminal_views::shown_bytes + 10, 'x');
  b.step(terminal_output{7, much, "exit code 2", false});
  CHECK(shown(b).find("only the end of its output") != std::string::npos);
  CHECK(shown(b).find("(exit code 2)") != std::string::npos);
  CHECK(shown(b).size() < terminal_views::shown_bytes + 200);
}

TEST_CASE("output is cut between characters, and a fence in it ends nothing") {
  terminal_views views;
  views.started(7, "x");
  std::string much = "``` \xc3\xa4";
  while (much.size() < terminal_views::shown_bytes + 1)
    much.insert(0, "\xc3\xa4");
  views.wrote(7, much, false, "exit code 0");
  const std::string text = views.as_text(in_terminal);
  CHECK(text.find("\xef\xbf\xbd") == std::string::npos);
  CHECK(text.find("````console") != std::string::npos);
}

TEST_CASE("what else is in the content stays, in its place") {
  terminal_views views;
  views.started(7, "ls");
  const std::string text = views.as_text(
      R"([{"type":"diff","path":"/a","newText":"1.0"},{"type":"terminal","terminalId":"acpd-term-7"},{"n":1.0}])");
  CHECK(text.starts_with(R"([{"type":"diff","path":"/a","newText":"1.0"},{"type":"content")"));
  CHECK(text.ends_with(R"(,{"n":1.0}])"));
  CHECK(views.as_text(R"([{"type":"terminal","terminalId":"theirs"}])").empty());
}

TEST_CASE("content that no longer has the terminal is not overwritten when it ends") {
  bench b = with_terminal();
  b.agent_says(shows_terminal());
  b.agent_says(
      update_of_call(R"("content":[{"type":"content","content":{"type":"text","text":"done"}}])"));
  CHECK(b.logged() == std::vector<entry_kind>{entry_kind::update});
  b.step(terminal_output{7, "late", "exit code 0", false});
  CHECK(shown(b) == "(nothing)");
}

TEST_CASE("a call that ends before its terminal: what that wrote so far is wanted") {
  bench b = with_terminal();
  b.agent_says(shows_terminal());
  b.agent_says(update_of_call(R"("status":"in_progress")"));
  CHECK_FALSE(b.has<read_terminal>());
  b.agent_says(update_of_call(R"("status":"completed")"));
  REQUIRE(b.of<read_terminal>(b.last).size() == 1);
  b.step(terminal_output{7, "serving", "", false});
  CHECK(shown(b).find("serving") != std::string::npos);
}

TEST_CASE("when the turn is over its calls change no more, and nothing is kept of what ended") {
  bench b = with_terminal();
  b.agent_says(shows_terminal());
  b.answers(1, R"({"stopReason":"end_turn"})");
  b.step(terminal_output{7, "late", "exit code 0", false});
  CHECK(shown(b) == "(nothing)");
  b.prompt(2);
  CHECK(b.of<save_terminals>(b.all).back().state.empty());
}

TEST_CASE("the next daemon goes on with what is shown of terminals") {
  bench b = with_terminal();
  b.agent_says(shows_terminal());
  const std::string state = b.of<save_terminals>(b.last).back().state;
  bench next;
  next.agent_is_ready();
  next.s.restore_terminals(state);
  next.prompt(1);
  next.s.restore_terminals(state); // as a daemon does that finds the turn running
  next.step(terminal_output{7, "there", "exit code 0", false});
  CHECK(shown(next) == "```console\n$ make test\nthere\n```");
}

TEST_CASE("an editor is sent the call without the terminal's name") {
  const std::string line = shows_terminal(R"(,"status":"pending")");
  const std::string sent = without_terminals(line);
  CHECK(sent.find("acpd-term") == std::string::npos);
  CHECK(sent.find(R"("content":[],"status":"pending")") != std::string::npos);
  CHECK(without_terminals(update_of_call(R"("title":"x")")) == update_of_call(R"("title":"x")"));
}

TEST_CASE("a call without terminals costs one search, and is changed in nothing") {
  bench b = with_terminal();
  b.agent_says(update_of_call(R"("title":"x","content":[])", "tool_call"));
  CHECK(b.logged() == std::vector<entry_kind>{entry_kind::update});
  CHECK(b.of<log_line>(b.last).at(0).ref == 0);
  CHECK_FALSE(b.has<save_terminals>());
}
