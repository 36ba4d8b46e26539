#include "tests/server/agent/driver.h"

#include <catch2/catch.hpp>
#include <sys/wait.h>

using namespace acpd::agent;
using namespace acpd::agent::testing;

namespace {

std::string spool_text(const rig& r, std::uint64_t offset = 0) {
  std::string text;
  std::uint64_t at = offset;
  const auto range = read_spool(r.dir(), offset, [&](std::uint64_t where, std::string_view bytes) {
    CHECK(where == at);
    CHECK(bytes.size() <= 256 * 1024);
    at += bytes.size();
    text += bytes;
    return true;
  });
  REQUIRE(range);
  CHECK(range->end == at);
  return text;
}

} // namespace

TEST_CASE("after kill -9 of the shim everything that was spooled can be read") {
  rig r;
  r.start(
      R"(perl -e '$| = 1; for ($i = 0; ; $i++) { print "$i ", "k" x ($i % 300), "\n" }' | tee "$0/wrote")");
  REQUIRE(eventually([&] { return read_state(r.dir())->spool_end > 9'000'000; }));
  r.kill_shim();
  const auto hello = read_state(r.dir());
  REQUIRE(hello);
  const std::string text = spool_text(r);
  CHECK(text.size() > 9'000'000);
  CHECK(text.ends_with('\n'));
  CHECK(text.size() + 300 >= hello->spool_end); // all but an unfinished line
  end_tree(*hello, r.dir().filename().string());
  const std::string wrote = file_text(r.file("wrote"));
  CHECK(wrote.substr(0, text.size()) == text);
  CHECK(spool_text(r, 5'000'000) == text.substr(5'000'000));
  CHECK(spool_text(r, text.size()).empty());
}

TEST_CASE("a spool that ends in the middle of a line gives the whole lines before it") {
  rig r;
  r.start(R"(printf 'whole\nhalf'; read line)");
  REQUIRE(eventually([&] { return read_state(r.dir())->spool_end == 10; }));
  r.kill_shim();
  CHECK(spool_text(r) == "whole\n");
  CHECK(spool_text(r, 6).empty());
}

TEST_CASE("an acknowledged beginning that is gone is said") {
  rig r;
  std::filesystem::create_directories(r.dir());
  std::ofstream(r.dir() / "spool.100") << "a\nb\n";
  std::ofstream(r.dir() / "spool.104") << "c\nhalf";
  const auto range = read_spool(r.dir(), 50, [](std::uint64_t, std::string_view) { return true; });
  REQUIRE(range);
  CHECK(range->begin == 100);
  CHECK(range->end == 106);
}

TEST_CASE("end_tree leaves nothing of a dead shim's tree") {
  rig r;
  // A child that left the group and its session and ignores SIGTERM, with a child of its own.
  const auto hello = r.start(R"(trap '' TERM
    setsid sh -c 'trap "" TERM HUP; sleep 1000 & echo up; wait' &
    sleep 1000 & wait)");
  REQUIRE(eventually([&] { return read_state(r.dir())->spool_end == 3; }));
  r.kill_shim();
  CHECK(end_tree(hello, r.dir().filename().string()) >= 2);
  CHECK(r.processes() == 0);
  CHECK(end_tree(hello, r.dir().filename().string()) == 0);
}

TEST_CASE("end_tree spares a process that only has the dead agent's number") {
  rig r;
  const pid_t other = ::fork();
  if (other == 0) {
    ::setpgid(0, 0);
    ::execlp("sleep", "sleep", "1000", nullptr);
    ::_exit(127);
  }
  shim_hello hello;
  hello.agent_pid = hello.agent_group = other;
  hello.agent_start = 1; // before this one
  hello.shim_pid = 1;
  CHECK(end_tree(hello, "no-such-shim") == 0);
  CHECK(alive(other));
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
}

TEST_CASE("the agent's top process dies with its shim") {
  rig r;
  const auto hello = r.start("trap '' TERM HUP; while :; do sleep 1000; done");
  r.kill_shim();
  CHECK(eventually([&] { return !alive(hello.agent_pid); }));
}

TEST_CASE("shim_alive, list_shims and remove_dir follow a shim's life") {
  rig r;
  CHECK_FALSE(shim_alive(r.dir()));
  CHECK_FALSE(read_state(r.dir()));
  CHECK(list_shims(r.state()).empty());
  r.start("read line");
  CHECK(shim_alive(r.dir()));
  CHECK(list_shims(r.state()) == std::vector{r.dir()});
  r.kill_shim();
  CHECK_FALSE(shim_alive(r.dir()));
  CHECK_FALSE(connect_shim(r.dir()));
  REQUIRE(remove_dir(r.dir()));
  CHECK(list_shims(r.state()).empty());
}
