#include "tests/server/agent/driver.h"

#include <catch2/catch.hpp>

using namespace acpd::agent;
using namespace acpd::agent::testing;

namespace {

void create(client& c, std::uint64_t number, const std::string& script,
            std::uint64_t limit = 1 << 20) {
  c.send(shim_frame::term_create, number, limit,
         encode_term_create({"/tmp", "sh", {"-c", script}, {"ADDED=yes"}}));
}

/// Asks until the terminal's output satisfies the condition.
bool output(client& c, std::uint64_t number, const std::function<bool(const std::string&)>& ok) {
  return c.until([&] {
    c.terms.erase(number);
    c.send(shim_frame::term_output, number);
    return c.until([&] { return c.terms.contains(number); }) && ok(c.term_text[number]);
  });
}

} // namespace

TEST_CASE("a terminal runs in its folder with its variables and tells its end") {
  rig r;
  r.start("read line");
  client c(r.dir(), 0);
  create(c, 1, "pwd; echo $ADDED $ACPD_SHIM; echo err >&2; exit 3");
  REQUIRE(c.until([&] { return c.exited_terms.contains(1); }));
  CHECK(c.exited_terms[1].code == 3);
  CHECK(c.exited_terms[1].exited == 1);
  const std::string expected = "/tmp\nyes " + r.dir().filename().string() + "\nerr\n";
  CHECK(output(c, 1, [&](const auto& text) { return text == expected; }));
  CHECK(c.terms[1].exited == 1);
}

TEST_CASE("a number that exists is left as it is") {
  rig r;
  r.start("read line");
  client c(r.dir(), 0);
  create(c, 1, "echo first; read forever </dev/zero");
  create(c, 1, "echo second");
  REQUIRE(output(c, 1, [](const auto& text) { return !text.empty(); }));
  CHECK(c.term_text[1] == "first\n");
  CHECK_FALSE(c.exited_terms.contains(1));
}

TEST_CASE("output above the limit loses its oldest bytes at a UTF-8 boundary") {
  rig r;
  r.start("read line");
  client c(r.dir(), 0);
  create(c, 1, R"(perl -e 'print "\xe2\x82\xac" x 100000')", 1000);
  REQUIRE(c.until([&] { return c.exited_terms.contains(1); }));
  REQUIRE(output(c, 1, [](const auto& text) { return !text.empty(); }));
  CHECK(c.terms[1].truncated == 1);
  CHECK(c.term_text[1].size() == 999); // 333 whole characters
  CHECK(c.term_text[1].starts_with("\xe2\x82\xac"));
}

TEST_CASE("a killed terminal keeps its output, a released one is forgotten") {
  rig r;
  r.start("read line");
  client c(r.dir(), 0);
  create(c, 1, "echo out; setsid sleep 1000 & sleep 1000");
  REQUIRE(output(c, 1, [](const auto& text) { return text == "out\n"; }));
  c.send(shim_frame::term_kill, 1);
  REQUIRE(c.until([&] { return c.exited_terms.contains(1); }));
  CHECK(c.exited_terms[1].signal == SIGKILL);
  CHECK(output(c, 1, [](const auto& text) { return text == "out\n"; }));
  c.send(shim_frame::term_release, 1);
  REQUIRE(c.until([&] {
    c.terms.erase(1);
    c.send(shim_frame::term_output, 1);
    return c.until([&] { return c.terms.contains(1); }) && c.terms[1].known == 0;
  }));
  CHECK(eventually([&] { return r.processes() == 1; })); // the agent
}

TEST_CASE("what a terminal's command left in its group ends with the release") {
  rig r;
  r.start("exec sleep 1000");
  client c(r.dir(), 0);
  create(c, 1, "sleep 1000 & exit 0");
  REQUIRE(c.until([&] { return c.exited_terms.contains(1); }));
  CHECK(r.processes() == 2);
  c.send(shim_frame::term_release, 1);
  CHECK(eventually([&] {
    c.pump(0);
    return r.processes() == 1;
  }));
}

TEST_CASE("a command that cannot be started says so, and so does nonsense") {
  rig r;
  r.start("read line");
  client c(r.dir(), 0);
  c.send(shim_frame::term_create, 1, 100, encode_term_create({"", "/no/such/command", {}, {}}));
  c.send(shim_frame::term_create, 2, 100, encode_term_create({"/no/such/dir", "true", {}, {}}));
  c.send(shim_frame::term_create, 3, 100, "nonsense");
  REQUIRE(c.until([&] { return c.exited_terms.size() == 3; }));
  CHECK(c.exited_terms[1].spawn_errno == ENOENT);
  CHECK(c.exited_terms[2].spawn_errno == ENOENT);
  CHECK(c.exited_terms[3].spawn_errno == EINVAL);
}

TEST_CASE("terminals live on without a daemon, and the next one is told of their end") {
  rig r;
  r.start("read line");
  {
    client c(r.dir(), 0);
    create(c, 1, "until [ -e '" + r.file("go").string() + "' ]; do sleep 0.01; done; echo after");
    create(c, 2, "exec sleep 1000");
    REQUIRE(output(c, 2, [](const auto&) { return true; }));
  }
  std::ofstream(r.file("go")) << "go";
  client c(r.dir(), 0);
  REQUIRE(c.until([&] { return c.exited_terms.contains(1); }));
  CHECK(output(c, 1, [](const auto& text) { return text == "after\n"; }));
  CHECK_FALSE(c.exited_terms.contains(2));
}

TEST_CASE("terminals are killed with the agent") {
  rig r;
  r.start("read line");
  client c(r.dir(), 0);
  create(c, 1, "trap '' TERM; exec sleep 1000");
  REQUIRE(output(c, 1, [](const auto&) { return true; }));
  c.send(shim_frame::send, 1, 0, "end\n");
  REQUIRE(c.until_exit());
  CHECK(c.exited_terms[1].signal == SIGKILL);
  CHECK(r.processes() == 0);
  create(c, 2, "echo late");
  REQUIRE(c.until([&] { return c.exited_terms.contains(2); }));
  CHECK(c.exited_terms[2].spawn_errno == ECANCELED);
}

TEST_CASE("term_create's strings survive the wire") {
  const term_command c{"/a b", "cmd", {"", "two\nlines", "3"}, {"A=1", "B="}};
  const auto back = decode_term_create(encode_term_create(c));
  REQUIRE(back);
  CHECK(back->cwd == c.cwd);
  CHECK(back->command == c.command);
  CHECK(back->args == c.args);
  CHECK(back->env == c.env);
  using namespace std::string_literals;
  for (const auto& bad : {""s, "a\0b\0"s, "a\0b\0x\0"s, "a\0b\0002\0c\0"s, "a\0b\0000\0open"s})
    CHECK_FALSE(decode_term_create(bad));
}
