#include "clients/cli/bridge/cancel_hold.h"

#include <catch2/catch.hpp>
#include <vector>

using acpd::bridge::cancel_hold;
using namespace std::chrono_literals;

namespace {

const std::string cancel =
    R"({"jsonrpc":"2.0","method":"session/cancel","params":{"sessionId":"s1"}})";
const std::string answer = R"({"jsonrpc":"2.0","id":4,"result":{}})";
const std::string prompt = R"({"jsonrpc":"2.0","id":5,"method":"session/prompt","params":{}})";

std::string initialize(const std::string& client) {
  return R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":1)" + client +
         "}}";
}
const std::string named =
    initialize(R"(,"clientInfo":{"name":"CodeCompanion.nvim","version":"1"})");

const cancel_hold::clock::time_point now{1h};

/// A hold whose client has said who it is.
cancel_hold hold_of(const std::string& first, const std::string& parent = "nvim") {
  cancel_hold hold(parent);
  CHECK_FALSE(hold.keeps(first, now));
  return hold;
}

std::vector<std::string> all_due(cancel_hold& hold, cancel_hold::clock::time_point at) {
  std::vector<std::string> out;
  while (auto line = hold.take_due(at))
    out.push_back(*line);
  return out;
}

} // namespace

TEST_CASE("a cancel of a client that cancels when it quits is let go after a moment") {
  cancel_hold hold = hold_of(named);
  CHECK(hold.keeps(cancel, now));
  CHECK(hold.due() == now + cancel_hold::hold);
  CHECK(all_due(hold, now + cancel_hold::hold - 1ms).empty());
  CHECK(all_due(hold, now + cancel_hold::hold) == std::vector{cancel});
  CHECK_FALSE(hold.due());
}

TEST_CASE("a cancel right before the client's end was never said; what it wrote else was") {
  cancel_hold hold = hold_of(named);
  CHECK(hold.keeps(cancel, now));
  CHECK(hold.keeps(answer, now + 1ms));
  CHECK(hold.keeps(cancel, now + 2ms));
  CHECK(hold.take_rest() == answer);
  CHECK_FALSE(hold.take_rest());
  CHECK_FALSE(hold.due());
}

TEST_CASE("what comes behind a held cancel stays behind it") {
  cancel_hold hold = hold_of(named);
  CHECK(hold.keeps(cancel, now));
  CHECK(hold.keeps(prompt, now + 100ms));
  CHECK(all_due(hold, now + cancel_hold::hold) == std::vector{cancel, prompt});
  CHECK_FALSE(hold.keeps(prompt, now + 200ms));
}

TEST_CASE("who is not known to do that waits for nothing") {
  for (const std::string& first :
       {initialize(R"(,"clientInfo":{"name":"Agentic.nvim","version":"1"})"),
        initialize(R"(,"clientInfo":{"name":"zed"})")}) {
    cancel_hold hold = hold_of(first);
    CHECK_FALSE(hold.keeps(cancel, now));
  }
  cancel_hold unnamed = hold_of(initialize(""), "node");
  CHECK_FALSE(unnamed.keeps(cancel, now));
  cancel_hold uninitialised("nvim");
  CHECK_FALSE(uninitialised.keeps(cancel, now));
}

TEST_CASE("a client without a name is known by the program that started the bridge") {
  cancel_hold hold = hold_of(initialize(""));
  CHECK(hold.keeps(cancel, now));
}

TEST_CASE("a name and a method are the same however they are escaped") {
  cancel_hold hold = hold_of(initialize(R"(,"clientInfo":{"name":"CodeCompanion\u002envim"})"));
  CHECK(hold.keeps(R"({"jsonrpc":"2.0","method":"session\/cancel","params":{}})", now));
}

TEST_CASE("a client that writes on has not quit: the memory is bounded") {
  cancel_hold hold = hold_of(named);
  CHECK(hold.keeps(cancel, now));
  const std::string large(cancel_hold::most_bytes, ' ');
  CHECK(hold.keeps(large + prompt, now));
  CHECK(hold.take_due(now) == cancel);
}
