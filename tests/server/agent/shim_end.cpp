#include "tests/server/agent/driver.h"

#include <catch2/catch.hpp>

using namespace acpd::agent;
using namespace acpd::agent::testing;

namespace {

/// Kills with acknowledgement, as a daemon that is done; the shim goes.
void release(client& c, const rig& r) {
  REQUIRE(c.until([&] { return c.sent_all(); }));
  c.send(shim_frame::ack, 0, c.next);
  c.send(shim_frame::kill);
  REQUIRE(c.until([&] { return c.closed; }));
  REQUIRE(eventually([&] { return !shim_alive(r.dir()); }));
}

} // namespace

TEST_CASE("a signal that ended the agent is reported") {
  rig r;
  r.start("kill -KILL $$");
  client c(r.dir(), 0);
  REQUIRE(c.until_exit());
  CHECK(c.exit.signal == SIGKILL);
}

TEST_CASE("a program that cannot be executed is reported as the agent's exit") {
  rig r;
  std::ofstream(r.file("broken")) << "#!/no/such/interpreter\n";
  std::filesystem::permissions(r.file("broken"), std::filesystem::perms::owner_all);
  r.spec.argv = {r.file("broken").string()};
  const auto made = spawn_shim(r.spec);
  REQUIRE(made);
  CHECK(made->hello.exit.spawn_errno == ENOENT);
  client c(r.dir(), 0);
  REQUIRE(c.until_exit());
  CHECK(c.exit.spawn_errno == ENOENT);
  release(c, r);
}

TEST_CASE("the end of the agent's stderr comes before its exit") {
  rig r;
  r.start(R"(perl -e 'print STDERR "e" x 99, "\n" for 1..10000'; echo last >&2; exit 1)");
  client c(r.dir(), 0);
  REQUIRE(c.until_exit());
  CHECK(c.stderr_text.ends_with("e\nlast\n"));
  CHECK(c.stderr_text.size() == 16384);
  CHECK(read_stderr_tail(r.dir(), 5) == "last\n");
  CHECK(std::filesystem::file_size(r.dir() / "stderr.log") <= 512 * 1024 + 65536);
}

TEST_CASE("the shim stays for its daemon until everything is acknowledged and it is let go") {
  rig r;
  r.start("echo bye");
  REQUIRE(eventually([&] { return read_state(r.dir())->exit.exited == 1; }));
  client c(r.dir());
  c.acks = false;
  c.attach(0);
  REQUIRE(c.until_exit());
  c.send(shim_frame::kill);
  c.send(shim_frame::term_output, 1); // answered: it is still there
  REQUIRE(c.until([&] { return c.terms.contains(1); }));
  CHECK(c.terms[1].known == 0);
  release(c, r);
  CHECK(read_state(r.dir())->exit.exited == 1);
}

TEST_CASE("stop closes stdin, and an agent that obeys ends by itself") {
  rig r;
  r.start("cat; exit 5");
  client c(r.dir(), 0);
  c.send(shim_frame::send, 1, 0, "queued\n");
  c.send(shim_frame::stop, 60000);
  REQUIRE(c.until_exit());
  CHECK(c.data == "queued\n");
  CHECK(c.exit.code == 5);
}

TEST_CASE("stop sends SIGTERM to an agent that ignores the end of its stdin") {
  rig r;
  r.start(R"(trap 'echo term; exit 6' TERM; echo ready; while :; do sleep 0.01; done)");
  client c(r.dir(), 0);
  REQUIRE(c.until([&] { return c.data == "ready\n"; }));
  c.send(shim_frame::stop, 10);
  REQUIRE(c.until_exit());
  CHECK(c.data == "ready\nterm\n");
  CHECK(c.exit.code == 6);
}

TEST_CASE("stop kills an agent that ignores SIGTERM") {
  rig r;
  r.start(R"(trap '' TERM; echo ready; while :; do sleep 0.05; done)");
  client c(r.dir(), 0);
  REQUIRE(c.until([&] { return c.data == "ready\n"; }));
  c.send(shim_frame::stop, 0);
  REQUIRE(c.until_exit());
  CHECK(c.exit.signal == SIGKILL);
  CHECK(r.processes() == 0);
}

TEST_CASE("kill ends the whole tree, what left the group included") {
  rig r;
  r.start(R"(trap '' TERM; setsid sh -c 'trap "" TERM HUP; echo child; exec sleep 1000' & wait)");
  client c(r.dir(), 0);
  REQUIRE(c.until([&] { return c.data == "child\n"; }));
  CHECK(r.processes() >= 2);
  c.send(shim_frame::kill);
  REQUIRE(c.until_exit());
  CHECK(r.processes() == 0);
}

TEST_CASE("a child that holds the pipe after the agent's end is ended, and its output is kept") {
  rig r;
  r.start(
      R"(setsid sh -c 'echo from the child; : >"$0/up"; exec sleep 1000' "$0" &
    until [ -e "$0/up" ]; do sleep 0.01; done; echo from the agent)");
  client c(r.dir(), 0);
  REQUIRE(c.until_exit());
  CHECK(c.data.find("from the child\n") != std::string::npos);
  CHECK(c.data.find("from the agent\n") != std::string::npos);
  CHECK(c.exit.code == 0);
  CHECK(r.processes() == 0);
}

TEST_CASE("with no daemon and no output for the linger time everything ends") {
  rig r;
  const auto hello = r.start(R"(trap '' TERM; setsid sleep 1000 & cat >/dev/null; exit 9)");
  {
    client c(r.dir(), 0);
    c.send(shim_frame::linger, 0);
    REQUIRE(c.until([&] { return c.hellos == 1 && c.sent_all(); }));
    c.send(shim_frame::term_output, 1); // its answer says that linger has been read
    REQUIRE(c.until([&] { return c.terms.contains(1); }));
    CHECK(alive(hello.agent_pid)); // a daemon is attached
  }
  REQUIRE(eventually([&] { return !shim_alive(r.dir()); }));
  CHECK(r.processes() == 0);
  CHECK(read_state(r.dir())->exit.exited == 1);
  CHECK(read_state(r.dir())->exit.code == 9);
}

TEST_CASE("SIGTERM to the shim ends the agent in order and keeps its output") {
  rig r;
  const auto hello = r.start(R"(echo hello; cat >/dev/null; echo bye)");
  REQUIRE(eventually([&] { return read_state(r.dir())->spool_end == 6; }));
  ::kill(hello.shim_pid, SIGTERM);
  REQUIRE(eventually([&] { return !shim_alive(r.dir()); }));
  std::string text;
  REQUIRE(read_spool(r.dir(), 0, [&](std::uint64_t, std::string_view bytes) {
    text += bytes;
    return true;
  }));
  CHECK(text == "hello\nbye\n");
  CHECK(read_state(r.dir())->exit.exited == 1);
}
