#include "tests/server/agent/driver.h"

#include <catch2/catch.hpp>
#include <sys/wait.h>

using namespace acpd::agent;
using namespace acpd::agent::testing;

TEST_CASE("a shim is ready when spawn_shim returns, and is no child of the caller") {
  rig r;
  const auto hello = r.start("read line");
  CHECK(hello.agent_pid > 0);
  CHECK(hello.agent_group == hello.agent_pid);
  CHECK(hello.agent_start == read_process(hello.agent_pid)->start);
  CHECK(read_process(hello.shim_pid)->session == hello.shim_pid);
  CHECK(::waitpid(hello.shim_pid, nullptr, WNOHANG) == -1);
  CHECK(connect_shim(r.dir()).has_value());
}

TEST_CASE("a command that is not installed is told apart from one that may not be executed") {
  rig r;
  r.spec.argv = {"no-such-agent"};
  r.spec.env = {"PATH=/usr/bin:" + r.state().string()};
  auto made = spawn_shim(r.spec);
  REQUIRE_FALSE(made);
  CHECK(made.error().problem == spawn_problem::command_not_found);
  CHECK(made.error().error == ENOENT);
  CHECK(made.error().text.find("no-such-agent") != std::string::npos);
  std::ofstream(r.file("no-such-agent")) << "text";
  std::filesystem::permissions(r.file("no-such-agent"), std::filesystem::perms::owner_read);
  made = spawn_shim(r.spec);
  REQUIRE_FALSE(made);
  CHECK(made.error().problem == spawn_problem::command_not_found);
  CHECK(made.error().error == EACCES);
  CHECK_FALSE(std::filesystem::exists(r.dir()));
}

TEST_CASE("the command is looked up in the agent's PATH and from the agent's folder") {
  const std::vector<std::string> env{"PATH=/no/such:/bin"};
  CHECK(find_command("sh", env, "/") == "/bin/sh");
  CHECK(find_command("./sh", env, "/bin") == "/bin/./sh");
  CHECK(find_command("sh", {"PATH="}, "/bin") == "/bin/sh");
  CHECK(find_command("sh", {"PATH=/no/such"}, "/bin").error() == ENOENT);
  CHECK(find_command("sh", {}, "/no/such").value_or("").ends_with("/bin/sh")); // without a PATH
  CHECK(find_command("", env, "/").error() == ENOENT);
  CHECK(find_command("/bin", env, "/").error() == EACCES);
}

TEST_CASE("a folder that is missing and a shim folder that exists are errors that say so") {
  rig r;
  r.spec.argv = {"true"};
  r.spec.cwd = "/no/such/folder";
  auto made = spawn_shim(r.spec);
  REQUIRE_FALSE(made);
  CHECK(made.error().problem == spawn_problem::bad_cwd);
  r.spec.cwd = "/";
  std::filesystem::create_directories(r.dir());
  made = spawn_shim(r.spec);
  REQUIRE_FALSE(made);
  CHECK(made.error().problem == spawn_problem::dir);
  CHECK(made.error().error == EEXIST);
  const acpd::protocol::result<spawned> plain = made; // what most callers keep
  CHECK(plain.error().text == made.error().text);
}

TEST_CASE("an agent that says nothing does not hold spawn_shim up") {
  rig r;
  const auto hello = r.start("exec 1>&- 2>&-; exec sleep 1000");
  CHECK(alive(hello.agent_pid));
}
