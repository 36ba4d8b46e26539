#include "server/core/handshake.h"

#include <catch2/catch.hpp>

using namespace acpd::core;
using acpd::protocol::acp_version;
using state = handshake::state;

namespace {

constexpr auto speaks_v2 =
    R"({"protocolVersion":2,"info":{"name":"a","version":"1"},"capabilities":{"session":{"fork":{}}}})";
constexpr auto speaks_v1 = R"({"protocolVersion":1,"agentCapabilities":{"loadSession":true}})";

handshake asked_for_v2(const std::string& auth = {}) {
  handshake h{auth};
  h.speak(acp_version::v2);
  h.begin();
  return h;
}

opening in(const std::string& cwd) {
  opening what;
  what.cwd = '"' + cwd + '"';
  return what;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("v2: initialize in v2's words, without files and terminals of ours") {
  handshake h{""};
  h.speak(acp_version::v2);
  const auto first = h.begin();
  CHECK(first.method == "initialize");
  CHECK(has(first.params, R"("protocolVersion":2)"));
  CHECK(has(first.params, R"("info":{"name":"acpd")"));
  CHECK(has(first.params, R"("capabilities":{)"));
  CHECK_FALSE(has(first.params, "client"));
  CHECK_FALSE(has(first.params, "fs"));
}

TEST_CASE("v2: servers on stdio get their type, whichever version the editor gave them in") {
  for (const std::string servers :
       {R"([{"name":"x","command":"/x","args":[],"env":[]}])",
        R"([{"type":"stdio","name":"x","command":"/x","args":[],"env":[]}])"}) {
    auto h = asked_for_v2();
    opening what = in("/w");
    what.mcp_servers = servers;
    h.open(what);
    const auto next = h.on_response(speaks_v2, "");
    REQUIRE(next);
    CHECK(next->method == "session/new");
    CHECK(has(next->params, R"("type":"stdio")"));

    handshake v1{""};
    v1.begin();
    v1.open(what);
    CHECK_FALSE(has(v1.on_response(speaks_v1, "")->params, "stdio"));
  }
}

TEST_CASE("v1: an editor's v1 list goes to the agent as it is") {
  handshake h{""};
  h.begin();
  opening what = in("/w");
  what.mcp_servers = R"([{"type":"sse","name":"s","url":"http://x","headers":[]}])";
  h.open(what);
  CHECK(has(h.on_response(speaks_v1, "")->params, what.mcp_servers));
}

TEST_CASE("v2: what session/new says of options and commands is kept") {
  auto h = asked_for_v2();
  h.open(in("/w"));
  h.on_response(speaks_v2, "");
  h.on_response(R"({"sessionId":"x","configOptions":[1],"availableCommands":[2]})", "");
  CHECK(h.now() == state::ready);
  CHECK(h.version() == acp_version::v2);
  CHECK(h.config_options() == "[1]");
  CHECK(h.commands() == "[2]");
}

TEST_CASE("v2: a login that succeeded once is repeated in v2's words") {
  auto h = asked_for_v2(R"({"methodId":"key"})");
  const auto next = h.on_response(speaks_v2, "");
  REQUIRE(next);
  CHECK(next->method == "auth/login");
  CHECK(next->params == R"({"methodId":"key"})");
}

TEST_CASE("v2: an old session is resumed without a replay; what it says of its state is heard") {
  auto h = asked_for_v2();
  opening what = in("/w");
  what.agent_sid = "\"old\"";
  what.had_turns = true;
  h.open(what);
  auto next = h.on_response(speaks_v2, "");
  CHECK(next->method == "session/resume");
  CHECK_FALSE(has(next->params, "replayFrom"));
  CHECK(h.swallows("agent_message"));
  CHECK_FALSE(h.swallows("state_update"));
  next = h.on_response("", R"({"code":-32002,"message":"gone"})");
  CHECK(next->method == "session/new");
  h.on_response(R"({"sessionId":"new"})", "");
  CHECK(h.fresh_after_loss());
}

TEST_CASE("v2: an agent's own earlier session is imported with its history, or not at all") {
  auto h = asked_for_v2();
  opening what = in("/w");
  what.agent_sid = "\"theirs\"";
  what.importing = true;
  h.open(what);
  const auto next = h.on_response(speaks_v2, "");
  CHECK(next->method == "session/resume");
  CHECK(has(next->params, R"("replayFrom":{"type":"start"})"));
  CHECK_FALSE(h.swallows("agent_message"));
  h.on_response("", R"({"code":-32002,"message":"gone"})");
  CHECK(h.now() == state::failed);
}

TEST_CASE(
    "an agent that answers 1 to 2, or that it knows 1, is to be started again in v1's words") {
  const std::pair<const char*, const char*> answers[] = {
      {speaks_v1, ""},
      {"", R"({"code":-32022,"message":"no","data":{"requested":2,"supported":[1]}})"}};
  for (const auto& [result, error] : answers) {
    auto h = asked_for_v2();
    h.open(in("/w"));
    CHECK_FALSE(h.on_response(result, error));
    CHECK(h.now() == state::older);
    CHECK(h.initialize_result().empty());
    CHECK(has(h.begin().params, R"("clientCapabilities":{"fs")"));
    CHECK(h.on_response(speaks_v1, "")->method == "session/new"); // what was wanted still is
    CHECK(h.version() == acp_version::v1);
  }
}

TEST_CASE("an agent that speaks neither version is refused, with the version that it named") {
  auto h = asked_for_v2();
  h.on_response(R"({"protocolVersion":3})", "");
  CHECK(h.now() == state::failed);
  CHECK(has(h.error(), "answered with version 3"));
  auto other = asked_for_v2();
  other.on_response("", R"({"code":-32022,"message":"no","data":{"supported":[7]}})");
  CHECK(other.now() == state::failed);
}

TEST_CASE("a fork is a session of its own, which begins as a copy; agents without say so") {
  auto h = asked_for_v2();
  opening what = in("/w");
  what.fork_of = "\"parent\"";
  h.open(what);
  const auto next = h.on_response(speaks_v2, "");
  CHECK(next->method == "session/fork");
  CHECK(has(next->params, R"("sessionId":"parent")"));
  h.on_response(R"({"sessionId":"copy"})", "");
  CHECK(h.agent_sid() == "\"copy\"");

  handshake without{""};
  without.begin();
  without.open(what);
  without.on_response(speaks_v1, "");
  CHECK(without.now() == state::failed);
  CHECK(has(without.error(), "-32601"));
  without.retry(); // the process is as good as new
  const auto next_try = without.open(in("/w"));
  REQUIRE(next_try);
  CHECK(next_try->method == "session/new");
  CHECK_FALSE(has(next_try->params, "parent"));
}

TEST_CASE("a choice that was made with the other version is made again in this one's words") {
  auto h = asked_for_v2();
  opening what = in("/w");
  what.chosen = {{"session/set_mode", R"({"sessionId":"S","modeId":"careful"})", acp_version::v1}};
  h.open(what);
  h.on_response(speaks_v2, "");
  const auto next = h.on_response(
      R"({"sessionId":"x","configOptions":[{"configId":"m","category":"mode","type":"select"}]})",
      "");
  REQUIRE(next);
  CHECK(next->method == "session/set_config_option");
  CHECK(has(next->params, R"("configId":"m")"));
  CHECK(has(next->params, R"("value":"careful")"));
  CHECK(has(next->params, R"("sessionId":"x")"));
}

TEST_CASE("a choice that the other version has no words for is lost, and that is said") {
  auto h = asked_for_v2();
  opening what = in("/w");
  what.chosen = {{"session/set_mode", R"({"sessionId":"S","modeId":"careful"})", acp_version::v1}};
  h.open(what);
  h.on_response(speaks_v2, "");
  h.on_response(R"({"sessionId":"x"})", "");
  CHECK(h.now() == state::ready);
  CHECK_FALSE(h.lost_choice().empty());
}
