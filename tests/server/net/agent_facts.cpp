#include "server/net/agent_facts.h"

#include "protocol/envelope.h"

#include <catch2/catch.hpp>

using namespace acpd;
using protocol::member;

namespace {

constexpr auto agents =
    R"({"protocolVersion":1,"agentInfo":{"name":"a","version":"1"},"agentCapabilities":{"promptCapabilities":{"image":true},)"
    R"("sessionCapabilities":{"close":{},"additionalDirectories":{}}},)"
    R"("authMethods":[{"id":"key","name":"Key"},{"id":"tui","name":"Log in","type":"terminal","args":["login"]}]})";

std::string_view session_of(const std::string& answer) {
  return member(member(answer, "agentCapabilities"), "sessionCapabilities");
}

} // namespace

TEST_CASE("the editor gets the agent's own words, with what acpd does itself put over them") {
  const std::string answer = net::initialize_answer(agents, {.terminal_login = true});
  CHECK(member(answer, "agentInfo") == R"({"name":"a","version":"1"})");
  const auto caps = member(answer, "agentCapabilities");
  CHECK(member(caps, "loadSession") == "true");
  CHECK(member(caps, "promptCapabilities") == R"({"image":true})");
  CHECK(member(session_of(answer), "list") == "{}");
  CHECK(member(session_of(answer), "resume") == "{}");
  CHECK(member(session_of(answer), "delete") == "{}");
  CHECK(member(session_of(answer), "additionalDirectories") == "{}");
  CHECK(member(member(member(caps, "_meta"), "acpd"), "version") == "1");
}

TEST_CASE("closing is offered only where it stops: some editors close when a tab closes") {
  CHECK(member(session_of(net::initialize_answer(agents, {.terminal_login = true})), "close")
            .empty());
  CHECK(member(session_of(
                   net::initialize_answer(agents, {.terminal_login = true, .close_stops = true})),
               "close") == "{}");
}

TEST_CASE("a login in a terminal is for clients that have one") {
  CHECK(net::initialize_answer(agents, {.terminal_login = true}).find("tui") != std::string::npos);
  CHECK(net::initialize_answer(agents, {}).find("tui") == std::string::npos);
  CHECK(net::initialize_answer(agents, {}).find("\"key\"") != std::string::npos);
}

TEST_CASE("another command line or environment is another agent") {
  const wire::agent_config one{"a", {"sh", "-c", "x"}, {}};
  const wire::agent_config args{"a", {"sh", "-c", "y"}, {}};
  const wire::agent_config env{"a", {"sh", "-c", "x"}, {{"K", "1"}}};
  CHECK(net::fingerprint(one) == net::fingerprint(one));
  CHECK(net::fingerprint(one) != net::fingerprint(args));
  CHECK(net::fingerprint(one) != net::fingerprint(env));
}
