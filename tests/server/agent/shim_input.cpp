#include "tests/server/agent/driver.h"

#include <catch2/catch.hpp>

using namespace acpd::agent;
using namespace acpd::agent::testing;

TEST_CASE("messages are written once, in order, and repeats are dropped") {
  rig r;
  r.start("cat");
  client c(r.dir(), 0);
  c.send(shim_frame::send, 1, 0, "a\n");
  c.send(shim_frame::send, 2, 0, "b\n");
  c.send(shim_frame::send, 2, 0, "b again\n");
  c.send(shim_frame::send, 1, 0, "a again\n");
  c.send(shim_frame::send, 3, 0, "c\n");
  REQUIRE(c.until([&] { return c.data.size() >= 6 && c.progress.written == 3; }));
  CHECK(c.data == "a\nb\nc\n");
  CHECK(c.progress.received == 3);
  CHECK(c.progress.started == 3);
}

TEST_CASE("a new daemon that sends again is answered with how far it is") {
  rig r;
  r.start("cat");
  {
    client c(r.dir(), 0);
    c.send(shim_frame::send, 1, 0, "a\n");
    REQUIRE(c.until([&] { return c.progress.written == 1; }));
  }
  client c(r.dir(), 0);
  REQUIRE(c.until([&] { return c.hellos == 1; }));
  CHECK(c.hello.sent.written == 1);
  c.send(shim_frame::send, 1, 0, "a\n");
  c.send(shim_frame::send, 2, 0, "b\n");
  REQUIRE(c.until([&] { return c.data.size() >= 4; }));
  CHECK(c.data == "a\nb\n");
}

TEST_CASE("a half-written message is finished after its daemon is gone") {
  rig r;
  // Reads only when $0/go is there; the message is larger than the pipe.
  r.start(R"(until [ -e "$0/go" ]; do sleep 0.01; done; head -n 2 | wc -c)");
  const std::string line = std::string(299999, 'm') + "\n";
  {
    client c(r.dir(), 0);
    c.send(shim_frame::send, 1, 0, line);
    c.send(shim_frame::send, 2, 0, "two\n");
    REQUIRE(c.until([&] { return c.progress.received == 2; }));
    CHECK(c.progress.started == 1);
    CHECK(c.progress.written == 0);
  }
  std::ofstream(r.file("go")) << "go";
  client c(r.dir(), 0);
  REQUIRE(c.until([&] { return c.data.find('\n') != std::string::npos; }));
  CHECK(c.data == "300004\n");
}

TEST_CASE("an agent that does not read makes messages wait unstarted") {
  rig r;
  r.start(R"(read go; exec sleep 1000)");
  client c(r.dir(), 0);
  const std::string line = std::string(65535, 'm') + "\n";
  c.send(shim_frame::send, 1, 0, "go\n");
  REQUIRE(c.until([&] { return c.progress.written == 1; }));
  c.send(shim_frame::send, 2, 0, line);
  REQUIRE(c.until([&] { return c.progress.written == 2; }));
  c.send(shim_frame::send, 3, 0, line);
  REQUIRE(c.until([&] { return c.progress.received == 3; }));
  CHECK(c.progress.started == 2); // the pipe is full: no byte of it can have been written
}

TEST_CASE("messages for an agent that has closed its stdin are received and never started") {
  rig r;
  r.start(R"(exec 0<&-; echo closed; exec sleep 1000)");
  client c(r.dir(), 0);
  REQUIRE(c.until([&] { return c.data == "closed\n"; }));
  c.send(shim_frame::send, 1, 0, "a\n");
  REQUIRE(c.until([&] { return c.progress.received == 1; }));
  CHECK(c.progress.started == 0);
}

TEST_CASE("the state file says how far a message was when the shim crashed") {
  struct step {
    const char* point;
    shim_progress expected;
  };
  const auto at = GENERATE(step{"shim.received", {0, 0, 0}}, step{"shim.started", {1, 1, 0}},
                           step{"shim.wrote", {1, 1, 0}});
  rig r;
  r.spec.env.push_back(std::string("ACPD_CRASH=") + at.point);
  r.start("cat");
  client c(r.dir(), 0);
  c.send(shim_frame::send, 1, 0, "a\n");
  REQUIRE(c.until([&] { return c.closed; }));
  REQUIRE(eventually([&] { return !shim_alive(r.dir()); }));
  const auto hello = read_state(r.dir());
  REQUIRE(hello);
  CHECK(hello->sent.received == at.expected.received);
  CHECK(hello->sent.started == at.expected.started);
  CHECK(hello->sent.written == at.expected.written);
}
