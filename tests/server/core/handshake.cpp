#include "server/core/handshake.h"

#include <catch2/catch.hpp>

using namespace acpd::core;
using state = handshake::state;

namespace {

constexpr auto loads = R"({"protocolVersion":1,"agentCapabilities":{"loadSession":true}})";
constexpr auto resumes =
    R"({"protocolVersion":1,"agentCapabilities":{"loadSession":true,"sessionCapabilities":{"resume":{}}}})";

opening restore() {
  opening what;
  what.cwd = "\"/w\"";
  what.agent_sid = "\"old\"";
  what.had_turns = true;
  return what;
}

} // namespace

TEST_CASE("a new session: initialize, session/new") {
  handshake h{""};
  CHECK(h.begin().method == "initialize");
  opening what;
  what.cwd = "\"/w\"";
  CHECK_FALSE(h.open(what));
  auto next = h.on_response(loads, "");
  REQUIRE(next);
  CHECK(next->method == "session/new");
  CHECK_FALSE(h.on_response(R"({"sessionId":"x"})", ""));
  CHECK(h.now() == state::ready);
  CHECK(h.agent_sid() == "\"x\"");
}

TEST_CASE("an authenticate that succeeded once is repeated") {
  handshake h{R"({"methodId":"key"})"};
  h.begin();
  auto next = h.on_response(loads, "");
  REQUIRE(next);
  CHECK(next->method == "authenticate");
  CHECK(next->params == R"({"methodId":"key"})");
  CHECK_FALSE(h.on_response("{}", ""));
  CHECK(h.now() == state::idle);
}

TEST_CASE("an old session is resumed, else loaded, else begun anew and said so") {
  handshake h{""};
  h.begin();
  h.open(restore());
  auto next = h.on_response(resumes, "");
  CHECK(next->method == "session/resume");
  next = h.on_response("", R"({"code":-32601,"message":"no"})");
  CHECK(next->method == "session/load");
  next = h.on_response("", R"({"code":-32002,"message":"no"})");
  CHECK(next->method == "session/new");
  h.on_response(R"({"sessionId":"new"})", "");
  CHECK(h.now() == state::ready);
  CHECK(h.fresh_after_loss());
}

TEST_CASE("a load that replays nothing of a session that had turns has failed") {
  handshake h{""};
  h.begin();
  h.open(restore());
  CHECK(h.on_response(loads, "")->method == "session/load");
  auto next = h.on_response("{}", "");
  REQUIRE(next);
  CHECK(next->method == "session/new");
}

TEST_CASE("the agent's replay is swallowed, its present state is not") {
  handshake h{""};
  h.begin();
  h.open(restore());
  h.on_response(loads, "");
  CHECK(h.swallows("agent_message_chunk"));
  CHECK(h.swallows("tool_call"));
  CHECK_FALSE(h.swallows("available_commands_update"));
  h.on_response("{}", "");
  CHECK(h.now() == state::ready);
  CHECK_FALSE(h.swallows("agent_message_chunk"));
}

TEST_CASE("chosen modes are set again, for the new process's session id") {
  handshake h{""};
  h.begin();
  opening what = restore();
  what.chosen = {{"session/set_mode", R"({"sessionId":"S","modeId":"careful"})"}};
  h.open(what);
  h.on_response(resumes, "");
  auto next = h.on_response("{}", "");
  REQUIRE(next);
  CHECK(next->method == "session/set_mode");
  CHECK(next->params == R"({"sessionId":"old","modeId":"careful"})");
  h.on_response("", R"({"code":-32602,"message":"no such mode"})");
  CHECK(h.now() == state::ready);
  CHECK_FALSE(h.lost_choice().empty());
}

TEST_CASE("a refused session/new can be tried again after a login") {
  handshake h{""};
  h.begin();
  h.on_response(loads, "");
  opening what;
  what.cwd = "\"/w\"";
  h.open(what);
  h.on_response("", R"({"code":-32000,"message":"log in"})");
  CHECK(h.now() == state::failed);
  CHECK(h.error().find("-32000") != std::string::npos);
  h.retry();
  CHECK(h.open(what)->method == "session/new");
}
