#include "server/wire/agent_updates.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sys/stat.h>

using namespace acpd::wire;
namespace fs = std::filesystem;

namespace {

/// A state folder, and the built-in table again at the end.
struct place {
  place() {
    std::string pattern = "/tmp/acpd-updates-XXXXXX";
    dir = fs::path(::mkdtemp(pattern.data())) / "state";
  }
  ~place() {
    overlay_known_agents({});
    fs::remove_all(dir.parent_path());
  }
  fs::path dir;
};

known_agent agent(std::string id, std::vector<std::string> command) {
  known_agent a;
  a.id = std::move(id);
  a.name = "A \"name\"";
  a.command = std::move(command);
  a.install = "look there";
  return a;
}

} // namespace

TEST_CASE("what was written is read, and lies over the table in its place") {
  place p;
  known_agent fresh = agent("fresh", {"npx", "--yes", "@a/b@1.0", "say \\ it"});
  fresh.env = {{"A", "1"}, {"B", "\"two\""}};
  const std::size_t before = known_agents().size();
  REQUIRE(write_updates(p.dir, {"a file", {fresh, agent("gemini", {"gemini", "--new"})}}));
  struct stat s{};
  REQUIRE(::stat(updates_file(p.dir).c_str(), &s) == 0);
  CHECK((s.st_mode & 0777) == 0600);
  REQUIRE(load_updates(p.dir));
  CHECK(known_agents().size() == before + 1);
  CHECK(known_agents().back().id == "fresh");
  CHECK(known_agents().back().updated);
  CHECK(find_known_agent("gemini")->command == std::vector<std::string>{"gemini", "--new"});
  CHECK_FALSE(find_known_agent("qwen")->updated);
  const auto found = find_agent(config{}, "fresh");
  REQUIRE(found);
  CHECK(found->command == fresh.command);
  CHECK(found->env == fresh.env);
}

TEST_CASE("where there is no file the table is the built-in one") {
  place p;
  REQUIRE(load_updates(p.dir));
  REQUIRE(load_updates(""));
  CHECK(find_known_agent("gemini")->command == std::vector<std::string>{"gemini", "--acp"});
}

TEST_CASE("a file that is wrong is said, and changes nothing") {
  place p;
  fs::create_directory(p.dir);
  const auto check = [&](const std::string& text, const std::string& problem) {
    INFO(text);
    std::ofstream(updates_file(p.dir)) << text;
    const auto loaded = load_updates(p.dir);
    REQUIRE_FALSE(loaded);
    INFO(loaded.error().text);
    CHECK(loaded.error().text.find("agents.json: ") != std::string::npos);
    CHECK(loaded.error().text.find(problem) != std::string::npos);
    CHECK(find_known_agent("x") == nullptr);
  };
  check("", "not JSON: expected a value, at byte 0");
  check("[]", "expected a JSON object");
  check(R"({"version":2,"agents":[]})", "version: expected 1");
  check(R"({"version":1,"agents":[{"id":"../x","command":["a"]}]})", "id: expected");
  check(R"({"version":1,"agents":[{"id":"x","command":[]}]})", "x.command");
  check(R"({"version":1,"agents":[{"id":"x","command":"a b"}]})", "x.command");
  check(R"({"version":1,"agents":[{"id":"x","command":["a",1]}]})", "x.command");
}

TEST_CASE("a document may have newlines between its values, and none inside of them") {
  CHECK(one_line("{\n \"a\": [1,\r\n 2]\n}\n", "f"));
  CHECK(one_line("{\"a\":\"\\\"\"\n}", "f"));
  CHECK_FALSE(one_line("{\"a\":\"b\nc\"}", "f"));
  CHECK_FALSE(one_line("{} {}", "f"));
  CHECK_FALSE(one_line("{},\"params\":{}", "f"));
}

TEST_CASE("ids of agents are plain") {
  CHECK(is_registry_id("a-1"));
  for (const char* bad : {"", "1a", "A", "a_b", "a/b", "-a", "a b"})
    CHECK_FALSE(is_registry_id(bad));
  CHECK_FALSE(is_registry_id(std::string(65, 'a')));
}
