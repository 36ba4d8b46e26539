#include "tests/server/core/harness.h"

#include <catch2/catch.hpp>

using namespace acpd::core;
using acpd::core::test::bench;
using words = std::vector<std::string>;

namespace {

/// The titles that the last step told the agent.
words told(const bench& b) {
  words out;
  for (const send& line : b.of<send>(b.last)) {
    if (line.method != "session/set_title") continue;
    const auto e = acpd::protocol::scan(line.line);
    out.push_back(
        acpd::protocol::unquote(acpd::protocol::member(e->params.in(line.line), "title")));
  }
  return out;
}

void agent_ends(bench& b) { b.step(agent_exited{"ended", 0, 0}); }

} // namespace

TEST_CASE("a title that is given while an agent runs is told to it, and then owed no more") {
  bench b;
  b.agent_is_ready();
  b.step(rename_in{"Mine", true});
  CHECK(told(b) == words{"Mine"});
  CHECK(b.s.data().title_owed);
  b.answers(1, R"({"title":"Mine"})");
  CHECK(!b.s.data().title_owed);
  CHECK(b.has<save_session>());
  CHECK(!b.has<save_answer>()); // nobody else waits for it
}

TEST_CASE("a title that is given while no agent runs is told to the next one, once") {
  bench b;
  b.step(rename_in{"Mine", true});
  CHECK(told(b).empty());
  b.step(rename_in{"Ours", true});
  b.agent_is_ready();
  CHECK(told(b) == words{"Ours"});
  b.answers(1, R"({"title":"Ours"})");
  agent_ends(b);
  b.agent_is_ready();
  CHECK(told(b).empty());
}

TEST_CASE("an agent that ends before it has answered is no reason to forget the title") {
  bench b;
  b.agent_is_ready();
  b.step(rename_in{"Mine", true});
  agent_ends(b);
  b.agent_is_ready();
  CHECK(told(b) == words{"Mine"});
}

TEST_CASE("an answer to an older title does not settle the newer one") {
  bench b;
  b.agent_is_ready();
  b.step(rename_in{"Mine", true});
  b.step(rename_in{"Ours", true});
  b.answers(1, R"({"title":"Mine"})");
  CHECK(b.s.data().title_owed);
  b.answers(2, R"({"title":"Ours"})");
  CHECK(!b.s.data().title_owed);
}

TEST_CASE("a refusal is an answer; an agent without session/set_title is told nothing") {
  bench b;
  b.agent_is_ready();
  b.step(rename_in{"Mine", true});
  b.agent_says(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"too long"}})");
  CHECK(!b.s.data().title_owed);
  b.step(rename_in{"Ours", false});
  CHECK(told(b).empty());
  CHECK(!b.s.data().title_owed);
}

TEST_CASE("a title that the agent gives takes the place of the one that it is owed") {
  bench b;
  b.agent_is_ready();
  b.step(rename_in{"Mine", true});
  b.agent_says(
      R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"agent-sid","update":)"
      R"({"sessionUpdate":"session_info_update","title":"Its own"}}})");
  agent_ends(b);
  b.agent_is_ready();
  CHECK(told(b).empty());
  CHECK(b.s.data().title == "Its own");
}
