#include "server/wire/quirks.h"

#include "server/wire/known_agents.h"

#include <catch2/catch.hpp>

using namespace acpd::wire;

TEST_CASE("every quirk has a reason, and says something") {
  for (const client_quirk& q : client_quirks()) {
    INFO(q.reason);
    CHECK_FALSE(q.reason.empty());
    CHECK(q.cancel_on_quit);
    CHECK_FALSE((q.name.empty() && q.parent.empty())); // it would hold for everybody
  }
  for (const agent_quirk& q : agent_quirks()) {
    INFO(q.agent);
    CHECK_FALSE(q.reason.empty());
    CHECK(q.resume_refused);
    CHECK(find_known_agent(q.agent) != nullptr);
  }
}

TEST_CASE("a client is known by its name, one without a name by who started it") {
  CHECK(cancels_on_quit("CodeCompanion.nvim", "nvim"));
  CHECK(cancels_on_quit("CodeCompanion.nvim", "sh"));
  CHECK(cancels_on_quit("", "nvim"));
  CHECK_FALSE(cancels_on_quit("", "node"));
  CHECK_FALSE(cancels_on_quit("Agentic.nvim", "nvim"));
  CHECK_FALSE(cancels_on_quit("codecompanion.nvim", "nvim"));
}

TEST_CASE("an agent's word that it can resume is believed unless it was seen to be wrong") {
  CHECK(refuses_resume("qwen"));
  CHECK_FALSE(refuses_resume("codex"));
  CHECK_FALSE(refuses_resume(""));
}
