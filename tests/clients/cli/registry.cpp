#include "clients/cli/registry.h"

#include <catch2/catch.hpp>

using namespace acpd;
using acpd::cli::compare_registry;
using words = std::vector<std::string>;

namespace {

wire::known_agent known(std::string id, words command, std::string install) {
  wire::known_agent a;
  a.id = id;
  a.name = id;
  a.command = std::move(command);
  a.install = std::move(install);
  return a;
}

const std::vector<wire::known_agent> table{
    known("gemini", {"gemini", "--acp"}, "npm i -g @google/gemini-cli"),
    known("claude", {"claude-agent-acp"}, "npm i -g @a/claude-agent-acp"),
    known("droid", {"droid", "exec", "acp"}, "see there")};

auto compare(const std::string& agents) {
  auto found = compare_registry("{\"version\":\"1.0.0\",\n\"agents\":[" + agents + "]}", "a file",
                                table, "linux-x86_64");
  REQUIRE(found);
  return *std::move(found);
}

std::string entry(const std::string& id, const std::string& distribution) {
  return R"({"id":")" + id + R"(","name":"N","version":"1.2.3","distribution":{)" + distribution +
         "}}";
}

std::string binary(const std::string& cmd, const std::string& more = "") {
  return R"("binary":{"linux-x86_64":{"archive":"https://x/y.tar.gz","cmd":")" + cmd + "\"" + more +
         "}}";
}

} // namespace

TEST_CASE("a known agent is found by id, npm package or program, and keeps its program's name") {
  CHECK(compare(entry("gemini", R"("npx":{"package":"@google/gemini-cli@9.9.9","args":["--acp"]})"))
            .unchanged == 1);
  CHECK(
      compare(entry("claude-acp", R"("npx":{"package":"@a/claude-agent-acp@2.0.0"})")).unchanged ==
      1);
  CHECK(compare(entry("factory-droid", binary("./droid", R"(,"args":["exec","acp"])"))).unchanged ==
        1);
}

TEST_CASE("other arguments of a known agent are a change") {
  const auto found =
      compare(entry("gemini", R"("npx":{"package":"@google/gemini-cli@9","args":["--new"]})"));
  REQUIRE(found.changes.size() == 1);
  CHECK(found.changes[0].from == &table[0]);
  CHECK(found.changes[0].to.id == "gemini");
  CHECK(found.changes[0].to.command == words{"gemini", "--new"});
  CHECK(found.changes[0].to.install == "npm i -g @google/gemini-cli");
}

TEST_CASE("an agent that is not known is new, started as the registry says") {
  const auto command = [](const std::string& distribution) {
    const auto found = compare(entry("fresh", distribution));
    REQUIRE(found.changes.size() == 1);
    CHECK(found.changes[0].from == nullptr);
    return found.changes[0].to.command;
  };
  CHECK(command(R"("npx":{"package":"@s/p@1.0.0","args":["acp"]})") ==
        words{"npx", "--yes", "@s/p@1.0.0", "acp"});
  CHECK(command(R"("npx":{"package":"@s/p@1.0.0","cmd":"prog"})") ==
        words{"npx", "--yes", "--package", "@s/p@1.0.0", "prog"});
  CHECK(command(R"("uvx":{"package":"p==1","args":["serve"]})") == words{"uvx", "p==1", "serve"});
  CHECK(command(R"("uvx":{"package":"p","cmd":"prog"})") == words{"uvx", "--from", "p", "prog"});
  CHECK(command(binary("./bin/prog", R"(,"args":["x y"])")) == words{"prog", "x y"});
}

TEST_CASE("what cannot be started here, or is not to be trusted, is left out with the reason") {
  const auto why = [](const std::string& agents) {
    const auto found = compare(agents);
    CHECK(found.changes.empty());
    REQUIRE(found.left_out.size() == 1);
    return found.left_out[0].why;
  };
  CHECK(why(entry("../x", binary("x"))).find("id") != std::string::npos);
  CHECK(why(entry("runner", binary("x"))).find("runner") != std::string::npos);
  CHECK(why(entry("x", R"("binary":{"darwin-aarch64":{"cmd":"x"}})")).find("no distribution") !=
        std::string::npos);
  CHECK(why(entry("x", binary("-rf"))).find("no program") != std::string::npos);
  CHECK(why(entry("x", binary("p", R"(,"args":["\u001b[2J"])"))).find("control") !=
        std::string::npos);
  CHECK(why(entry("x", R"("npx":{"package":"--eval=x"})")).find("no package") != std::string::npos);
  CHECK(why(entry("gemini", R"("npx":{"package":"-p"})")).find("no package") != std::string::npos);
  CHECK(why(R"({"id":"x","name":"\u001b[31m","distribution":{)" + binary("p") + "}}")
            .find("its name") != std::string::npos);
  for (const char* name : {"LD_PRELOAD", "PATH", "NODE_OPTIONS"})
    CHECK(why(entry("x", binary("p", R"(,"env":{")" + std::string(name) + R"(":"/tmp/x"})")))
              .find("loads other code") != std::string::npos);
}

TEST_CASE("what is not of the format's types is left out, not read as something else") {
  const auto why = [](const std::string& distribution) {
    const auto found = compare(entry("x", distribution));
    CHECK(found.changes.empty());
    return found.left_out.at(0).why;
  };
  CHECK(why(R"("npx":{"package":7})") == "npx.package: expected a string");
  CHECK(why(R"("npx":{})") == "npx.package: expected a string");
  CHECK(why(R"("uvx":{"package":"p","cmd":[]})") == "uvx.cmd: expected a string");
  CHECK(why(R"("npx":{"package":"p","args":"--acp"})") == "npx.args: expected an array of strings");
  CHECK(why(R"("npx":{"package":"p","args":[1]})") == "npx.args: expected an array of strings");
  CHECK(why(R"("npx":{"package":"p","env":{"A":1}})") == "npx.env: expected an object of strings");
  CHECK(why(binary("p", R"(,"args":{})")) == "binary.args: expected an array of strings");
  CHECK(why(R"("binary":{"linux-x86_64":{"archive":"https://x"}})") ==
        "binary.cmd: expected a string");
}

TEST_CASE("of two entries that are one agent the first counts") {
  const auto found =
      compare(entry("x", binary("p")) + "," + entry("x", binary("q")) + "," +
              entry("factory-droid", binary("droid")) + "," + entry("droid", binary("q")));
  REQUIRE(found.changes.size() == 2);
  CHECK(found.changes[0].to.command == words{"p"});
  CHECK(found.changes[1].to.command == words{"droid"});
  REQUIRE(found.left_out.size() == 2);
  CHECK(found.left_out[1].id == "droid");
}

TEST_CASE("what is no registry is said") {
  for (const char* text : {"", "<html>", "[]", "{}", R"({"agents":{}})"}) {
    const auto found = compare_registry(text, "a file", table, "linux-x86_64");
    REQUIRE_FALSE(found);
    CHECK(found.error().text.starts_with("a file: "));
  }
}

TEST_CASE("an entry's environment is a part of its command") {
  const auto found = compare(entry(
      "gemini",
      R"("npx":{"package":"@google/gemini-cli@9","args":["--acp"],"env":{"NO_UPDATE":"1"}})"));
  REQUIRE(found.changes.size() == 1);
  CHECK(found.changes[0].to.env.at("NO_UPDATE") == "1");
}
