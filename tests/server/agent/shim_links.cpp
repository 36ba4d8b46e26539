#include "server/agent/peer.h"
#include "tests/server/agent/driver.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>

using namespace acpd::agent;
using namespace acpd::agent::testing;

TEST_CASE("a new attach replaces the old connection") {
  rig r;
  r.start("cat");
  client old(r.dir(), 0);
  REQUIRE(old.until([&] { return old.hellos == 1; }));
  client fresh(r.dir());
  CHECK_FALSE(old.closed); // only connected
  fresh.attach(0);
  REQUIRE(fresh.until([&] { return fresh.hellos == 1; }));
  REQUIRE(old.until([&] { return old.closed; }));
  fresh.send(shim_frame::send, 1, 0, "a\n");
  CHECK(fresh.until([&] { return fresh.data == "a\n"; }));
}

TEST_CASE("a connection that talks before it attaches, or attaches twice, is closed") {
  rig r;
  r.start("cat");
  client early(r.dir());
  early.send(shim_frame::send, 1, 0, "a\n");
  CHECK(early.until([&] { return early.closed; }));
  client twice(r.dir(), 0);
  REQUIRE(twice.until([&] { return twice.hellos == 1; }));
  twice.send(shim_frame::attach, 0, 0);
  CHECK(twice.until([&] { return twice.closed; }));
  client good(r.dir(), 0);
  REQUIRE(good.until([&] { return good.hellos == 1; }));
  CHECK(good.hello.sent.received == 0);
}

TEST_CASE("nonsense closes its connection and nothing else") {
  rig r;
  r.start("cat");
  client bad(r.dir(), 0);
  REQUIRE(bad.until([&] { return bad.hellos == 1; }));
  acpd::wire::frame_header h;
  h.bytes = 0xFFFFFFFF;
  char head[acpd::wire::frame_header_bytes];
  acpd::wire::encode(head, h);
  auto raw = connect_shim(r.dir());
  REQUIRE(raw);
  REQUIRE(::send(raw->get(), head, sizeof head, MSG_NOSIGNAL) == sizeof head);
  pollfd p{raw->get(), POLLIN, 0};
  REQUIRE(::poll(&p, 1, 30000) == 1);
  char byte = 0;
  CHECK(::recv(raw->get(), &byte, 1, 0) <= 0);
  bad.send(shim_frame::send, 1, 0, "still here\n");
  CHECK(bad.until([&] { return bad.data == "still here\n"; }));
}

TEST_CASE("an agent's child is refused by its own shim") {
  rig r;
  r.start(R"(setsid perl -MIO::Socket::UNIX -e '$SIG{PIPE} = "IGNORE";
    chdir "$ARGV[0]" or die; $s = IO::Socket::UNIX->new(Peer => "sock") or die;
    $s->syswrite(pack("LCCSQQ", 0, 1, 0, 0, 0, 0)); # attach
    $n = $s->sysread($b, 1);
    print defined $n && $n > 0 ? "served\n" : "refused\n"' "$0/shims/$ACPD_SHIM"
    read line)");
  client c(r.dir(), 0);
  REQUIRE(c.until([&] { return !c.data.empty(); }));
  CHECK(c.data == "refused\n");
  CHECK_FALSE(c.closed);
}

TEST_CASE("descent from a shim is seen by pid and by state folder") {
  rig r, other;
  const auto hello = r.start(R"(setsid sh -c 'echo $$; exec sleep 1000' & wait)");
  client c(r.dir(), 0);
  REQUIRE(c.until([&] { return c.data.ends_with('\n'); }));
  const pid_t below = std::stoi(c.data);
  std::filesystem::create_directories(other.state() / "shims");
  CHECK(in_shim_of(below, r.state().c_str()));
  CHECK_FALSE(in_shim_of(below, other.state().c_str()));
  CHECK_FALSE(in_shim_of(::getpid(), r.state().c_str()));
  CHECK(descends_from(below, {hello.shim_pid}));
  CHECK_FALSE(descends_from(::getpid(), {hello.shim_pid}));
  CHECK(descends_from(0x3FFFFFFF, {})); // no such process: nothing is known, so no
}

TEST_CASE("the folder and what is in it are private") {
  rig r;
  r.start("read line");
  struct stat info{};
  REQUIRE(::stat(r.dir().c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
  for (const char* name : {"sock", "state", "lock"}) {
    REQUIRE(::stat((r.dir() / name).c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a folder with a long path can be reached") {
  rig r;
  r.spec.dir = r.state() / std::string(120, 'd') / "shims" / r.state().filename();
  std::filesystem::create_directories(r.spec.dir.parent_path());
  r.start("echo far");
  client c(r.dir(), 0);
  CHECK(c.until([&] { return c.data == "far\n"; }));
}

TEST_CASE("the agent gets nothing of the shim's but its environment") {
  rig r;
  r.spec.env = {"PATH=/usr/bin:/bin", "ONLY=this"};
  ::umask(022);
  r.start(R"(env | sort | grep -v '^PWD=\|^_=\|^SHLVL='; ls /proc/self/fd | wc -l; umask)");
  client c(r.dir(), 0);
  REQUIRE(c.until_exit());
  // 0, 1, 2 and the one that ls itself opens.
  CHECK(c.data ==
        "ACPD_SHIM=" + r.dir().filename().string() + "\nONLY=this\nPATH=/usr/bin:/bin\n4\n0022\n");
}
