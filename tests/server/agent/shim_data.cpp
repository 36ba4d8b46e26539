#include "tests/server/agent/driver.h"

#include <catch2/catch.hpp>
#include <random>
#include <sys/resource.h>

using namespace acpd::agent;
using namespace acpd::agent::testing;

namespace {

// Lines of different lengths; the same bytes go to $0/wrote.
const char* const flood =
    R"(perl -e 'for ($i = 0; $i < 40000; $i++) { print "$i ", "x" x ($i * 7 % 190), "\n" }' |
  tee "$0/wrote"; echo done > "$0/done")";

std::string without_tail(std::string text) {
  text.resize(text.rfind('\n') + 1);
  return text;
}

} // namespace

TEST_CASE("what the agent writes arrives as it is, with its exit code") {
  rig r;
  r.start(R"(printf 'one\ntwo\n'; printf 'no newline'; exit 7)");
  client c(r.dir(), 0);
  REQUIRE(c.until_exit());
  CHECK(c.data == "one\ntwo\nno newline");
  CHECK_FALSE(c.gap);
  CHECK(c.exit.code == 7);
  CHECK(c.exit.signal == 0);
}

TEST_CASE("a client that comes back gets the bytes from its offset on") {
  rig r;
  r.start(R"(echo first; echo second; read line; echo "$line"; read line)");
  std::uint64_t committed = 0;
  {
    client c(r.dir(), 0);
    REQUIRE(c.until([&] { return c.data == "first\nsecond\n"; }));
    committed = 6;
    c.send(shim_frame::ack, 0, committed);
    REQUIRE(c.until([&] { return c.sent_all(); }));
  }
  client c(r.dir(), committed);
  c.send(shim_frame::send, 1, 0, "third\n");
  REQUIRE(c.until([&] { return c.data == "second\nthird\n"; }));
  CHECK(c.hello.spool_begin <= committed);
  CHECK_FALSE(c.gap);
}

TEST_CASE("a flood with random disconnects loses and repeats nothing") {
  rig r;
  r.start(flood);
  std::mt19937 dice(7);
  std::string got;
  std::uint64_t committed = 0;
  shim_exit exit;
  int connections = 0;
  while (!exit.exited) {
    client c(r.dir(), committed);
    ++connections;
    const std::size_t enough = 20000 + dice() % 600000;
    REQUIRE(c.until([&] { return c.exit.exited || c.data.size() >= enough; }));
    CHECK_FALSE(c.gap);
    exit = c.exit;
    // The daemon dies: what it had not committed, half a line included, is forgotten.
    std::string kept = exit.exited ? c.data : without_tail(c.data);
    if (!exit.exited && dice() % 2) kept = without_tail(kept.substr(0, kept.size() / 2));
    committed += kept.size();
    got += kept;
  }
  CHECK(connections > 5);
  CHECK(got == file_text(r.file("wrote")));
}

TEST_CASE("with nobody attached the agent goes on and its output is kept") {
  rig r;
  r.start(flood);
  REQUIRE(eventually([&] { return std::filesystem::exists(r.file("done")); }));
  client c(r.dir(), 0);
  REQUIRE(c.until_exit());
  CHECK(c.data == file_text(r.file("wrote")));
  CHECK_FALSE(c.gap);
}

TEST_CASE("acknowledged segments of the spool are removed") {
  rig r;
  r.start(R"(perl -e 'print "y" x 1023, "\n" for 1..12288'; read line)");
  client c(r.dir(), 0);
  REQUIRE(c.until([&] { return c.data.size() == 12288 * 1024; }));
  REQUIRE(c.until([&] { return c.sent_all(); }));
  CHECK(eventually([&] { return !std::filesystem::exists(r.dir() / "spool.0"); }));
  CHECK(eventually([&] { return read_state(r.dir())->spool_begin >= 8 << 20; }));
}

TEST_CASE("at the spool's limit the agent waits and nothing is dropped") {
  rig r;
  r.spec.spool_limit = 300000;
  r.start(flood);
  REQUIRE(eventually([&] { return read_state(r.dir())->spool_end >= 300000; }));
  CHECK_FALSE(std::filesystem::exists(r.file("done")));
  CHECK(read_state(r.dir())->spool_end < 300000 + 65536);
  client c(r.dir(), 0);
  REQUIRE(c.until_exit());
  CHECK(c.data == file_text(r.file("wrote")));
}

TEST_CASE("an attached daemon that acknowledges nothing stops the agent at the window") {
  rig r;
  r.start(flood);
  client c(r.dir());
  c.acks = false;
  c.attach(0);
  REQUIRE(c.until([&] { return c.data.size() >= 256 * 1024; }));
  CHECK_FALSE(std::filesystem::exists(r.file("done")));
  // What had been read before the daemon attached is sent all the same; then it is quiet.
  const auto end = read_state(r.dir())->spool_end;
  REQUIRE(c.until([&] { return c.next >= end; }));
  c.send(shim_frame::ack, 0, without_tail(c.data).size());
  c.acks = true;
  REQUIRE(c.until_exit());
  CHECK(c.data == file_text(r.file("wrote")));
}

TEST_CASE("a line longer than the window is read to its end") {
  rig r;
  r.start(R"(read go; perl -e 'print "z" x 3000000, "\nend\n"')");
  client c(r.dir(), 0);
  c.send(shim_frame::send, 1, 0, "go\n");
  REQUIRE(c.until_exit());
  CHECK(c.data == std::string(3000000, 'z') + "\nend\n");
}

TEST_CASE("a full disk makes the agent wait; nothing is lost when there is room again") {
  rig r;
  const auto hello = r.start(std::string("read go; ") + flood);
  const rlimit small{100000, RLIM_INFINITY};
  REQUIRE(::prlimit(hello.shim_pid, RLIMIT_FSIZE, &small, nullptr) == 0);
  client c(r.dir(), 0);
  c.send(shim_frame::send, 1, 0, "go\n");
  REQUIRE(c.until([&] { return c.data.size() == 100000; }));
  CHECK_FALSE(std::filesystem::exists(r.file("done")));
  const rlimit large{RLIM_INFINITY, RLIM_INFINITY};
  REQUIRE(::prlimit(hello.shim_pid, RLIMIT_FSIZE, &large, nullptr) == 0);
  REQUIRE(c.until_exit());
  CHECK(c.data == file_text(r.file("wrote")));
}

TEST_CASE("both directions full do not hang") {
  rig r;
  // The agent writes and does not read; then it reads everything.
  r.start(R"(perl -e '$| = 1; print "w" x 199, "\n" for 1..20000;
             $n = 0; while (<STDIN>) { $n += length; last if /end/ } print "read $n\n"')");
  client c(r.dir());
  c.reading = false;
  c.attach(0);
  const std::string line = std::string(9999, 's') + "\n";
  std::size_t sent = 4;
  for (std::uint64_t n = 1; n <= 600; ++n, sent += line.size())
    c.send(shim_frame::send, n, 0, line);
  c.send(shim_frame::send, 601, 0, "end\n");
  REQUIRE(c.until([&] { return c.sent_all(); })); // the shim takes it all though nobody reads
  c.reading = true;
  REQUIRE(c.until_exit());
  const std::string last = "read " + std::to_string(sent) + "\n";
  CHECK(c.data.size() == 20000 * 200 + last.size());
  CHECK(c.data.ends_with(last));
  CHECK(c.progress.written == 601);
}

TEST_CASE("a crash between spooling and sending loses nothing") {
  rig r;
  r.spec.env.emplace_back("ACPD_CRASH=shim.spooled:3");
  r.start(R"(for i in 1 2 3 4 5 6; do read go; echo "$i"; done)");
  client c(r.dir(), 0);
  for (std::uint64_t n = 1; n <= 6; ++n) {
    c.send(shim_frame::send, n, 0, "go\n");
    c.until([&] { return c.closed || c.data.size() >= 2 * n; });
  }
  REQUIRE(c.until([&] { return c.closed; }));
  CHECK(c.data == "1\n2\n");
  std::string left;
  const auto range = read_spool(r.dir(), c.next, [&](std::uint64_t, std::string_view bytes) {
    left += bytes;
    return true;
  });
  REQUIRE(range);
  CHECK(left == "3\n");
}
