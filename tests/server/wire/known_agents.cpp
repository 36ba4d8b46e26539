#include "server/wire/known_agents.h"

#include "server/wire/nearest.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sys/stat.h>

using namespace acpd::wire;
namespace fs = std::filesystem;

TEST_CASE("known agents have different ids, a command, and a way to get them") {
  std::set<std::string_view> ids;
  for (const known_agent& a : known_agents()) {
    INFO(a.id);
    CHECK(ids.insert(a.id).second);
    CHECK_FALSE(a.argv().empty());
    CHECK_FALSE(a.install.empty());
  }
  CHECK(find_known_agent("gemini")->argv() == std::vector<std::string>{"gemini", "--acp"});
}

TEST_CASE("the configuration counts before the table") {
  config c;
  c.agents["codex"] = {"codex", {"/my/codex"}, {}};
  CHECK(find_agent(c, "codex")->command == std::vector<std::string>{"/my/codex"});
  CHECK(find_agent(c, "qwen")->command == std::vector<std::string>{"qwen", "--acp"});
  const auto missing = find_agent(c, "quen");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().text.find("did you mean \"qwen\"?") != std::string::npos);
}

TEST_CASE("a program that is missing is said with how to get it") {
  CHECK(not_installed({"codex", {"codex-acp"}, {}}) ==
        "agent \"codex\" is not installed: npm i -g @zed-industries/codex-acp");
  CHECK(not_installed({"codex", {"/my/codex"}, {}}).find("correct agents.codex.command") !=
        std::string::npos);
}

TEST_CASE("programs are found on PATH, never in the current folder unasked") {
  std::string pattern = "/tmp/acpd-path-XXXXXX";
  const fs::path folder = ::mkdtemp(pattern.data());
  std::ofstream(folder / "tool") << "#!/bin/sh\n";
  const std::string path = "/nonexistent::" + folder.string();
  CHECK_FALSE(find_program("tool", path)); // not executable
  ::chmod((folder / "tool").c_str(), 0755);
  CHECK(find_program("tool", path) == folder / "tool");
  CHECK(find_program((folder / "tool").string(), "") == folder / "tool");
  CHECK_FALSE(find_program("", path));
  const fs::path before = fs::current_path();
  fs::current_path(folder);
  CHECK_FALSE(find_program("tool", "/nonexistent::"));
  fs::current_path(before);
  fs::remove_all(folder);
}

TEST_CASE("the nearest word is near, or none") {
  const std::string_view words[] = {"command", "env"};
  CHECK(nearest("comand", words) == "command");
  CHECK(nearest("env", words) == "env");
  CHECK(nearest("e", words).empty());
  CHECK(nearest(std::string(1000, 'x'), words).empty());
}
