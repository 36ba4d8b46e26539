#include "tests/server/wire/config_support.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace acpd::wire;
using test::error_of;

TEST_CASE("an empty configuration works") {
  const auto c = parse_config("", "config.toml");
  REQUIRE(c);
  CHECK(c->default_agent == "runner");
  CHECK_FALSE(c->close_stops);
  CHECK(c->acp_v2);
  REQUIRE(c->agents.contains("runner"));
  const auto& runner = c->agents.at("runner").command;
  REQUIRE(runner.size() == 2);
  CHECK(std::filesystem::path(runner[0]).filename() == "acpd");
  CHECK(runner[0].starts_with('/'));
  CHECK(runner[1] == "runner");
  CHECK(c->max_line_bytes == std::size_t{32} << 20);
  CHECK(c->linger == std::chrono::hours(24));
}

TEST_CASE("every key is read") {
  const auto c = parse_config(R"(
[agents.mine]
command = ["/opt/agent", "--acp"]
env = { KEY = "v", EMPTY = "" }
acp_version = 2
[agents.codex]
env = { CODEX_HOME = "/c" }
[defaults]
agent = "mine"
close = "stop"
acp_v2 = false
[limits]
line_bytes = 2048
depth = 16
spool_bytes = 1048576
page_size = 3
[shim]
linger_seconds = 5
[daemon]
idle_exit_seconds = 60
[log]
level = "debug"
[index]
enabled = false
mcp = false
deny = ["*.pem", "/vendor/"]
include = ["build/gen/*.h"]
idle_seconds = 9
)",
                              "config.toml");
  REQUIRE(c);
  CHECK(c->default_agent == "mine");
  CHECK(c->close_stops);
  CHECK_FALSE(c->acp_v2);
  CHECK(c->agents.at("mine").command == std::vector<std::string>{"/opt/agent", "--acp"});
  CHECK(c->agents.at("mine").acp_version == acpd::protocol::acp_version::v2);
  CHECK(c->agents.at("codex").acp_version == acpd::protocol::acp_version::v1);
  CHECK(c->agents.at("mine").env ==
        std::map<std::string, std::string>{{"KEY", "v"}, {"EMPTY", ""}});
  CHECK(c->agents.at("codex").command == std::vector<std::string>{"codex-acp"}); // known
  CHECK(c->max_line_bytes == 2048);
  CHECK(c->max_depth == 16);
  CHECK(c->spool_bytes == 1048576);
  CHECK(c->page_size == 3);
  CHECK(c->linger == std::chrono::seconds(5));
  CHECK(c->idle_exit == std::chrono::seconds(60));
  CHECK(c->log_level == "debug");
  CHECK_FALSE(c->index.enabled);
  CHECK_FALSE(c->index.mcp);
  CHECK(c->index.deny == std::vector<std::string>{"*.pem", "/vendor/"});
  CHECK(c->index.include == std::vector<std::string>{"build/gen/*.h"});
  CHECK(c->index.idle == std::chrono::seconds(9));
}

TEST_CASE("an error names file, line and key") {
  CHECK(error_of("[agents.mine]\ncommand = \"agent --acp\"\n") ==
        "config.toml:2: agents.mine.command: must be an array of strings, the program first, as "
        "in [\"my-agent\", \"--acp\"]");
  CHECK(error_of("\n[agents.mine]\nenv = {}\n")
            .starts_with("config.toml:2: agents.mine.command: is missing"));
  CHECK(error_of("[agents.mine]\ncommand = []\n")
            .starts_with("config.toml:2: agents.mine.command: "));
  CHECK(error_of("[agents.mine]\ncommand = [\"a\", 1]\n").starts_with("config.toml:2: "));
  CHECK(error_of("[agents.mine]\ncommand = [\"a\"]\nenv = { A = 1 }\n") ==
        "config.toml:3: agents.mine.env.A: must be a string");
  CHECK(error_of("agents = 1\n") == "config.toml:1: agents: must be a table, not a whole number");
  CHECK(error_of("[agents.mine]\ncommand = [\"a\"]\nacp_version = 3\n") ==
        "config.toml:3: agents.mine.acp_version: must be a whole number from 1 to 2, not 3");
  CHECK(error_of("[agents.\"a b\"]\ncommand = [\"x\"]\n").find("no name for an agent") !=
        std::string::npos);
}

TEST_CASE("numbers outside their range are refused with the range") {
  CHECK(error_of("[limits]\ndepth = 0\n") ==
        "config.toml:2: limits.depth: must be a whole number from 8 to 10000, not 0");
  CHECK(error_of("[limits]\nline_bytes = 33554433\n").find("to 33554432") != std::string::npos);
  CHECK(error_of("[shim]\nlinger_seconds = 1.5\n").find("a number with a point") !=
        std::string::npos);
  CHECK(error_of("[daemon]\nidle_exit_seconds = -1\n").starts_with("config.toml:2: "));
}

TEST_CASE("unknown keys are refused with the nearest known one") {
  CHECK(error_of("[default]\n").find("did you mean \"defaults\"?") != std::string::npos);
  CHECK(error_of("[limits]\nspool_byte = 1\n")
            .starts_with("config.toml:2: limits.spool_byte: there is no such key: did you mean "
                         "\"spool_bytes\"?"));
  CHECK(error_of("[log]\nzzzzzzzz = 1\n").find("did you mean") == std::string::npos);
}

TEST_CASE("words that must be one of a few are checked") {
  CHECK(error_of("[defaults]\nacp_v2 = 1\n") ==
        "config.toml:2: defaults.acp_v2: must be true or false, not a whole number");
  CHECK(error_of("[defaults]\nclose = \"maybe\"\n") ==
        "config.toml:2: defaults.close: must be one of: detach, stop; it is \"maybe\"");
  CHECK(error_of("[index]\nmcp = \"no\"\n") ==
        "config.toml:2: index.mcp: must be true or false, not a string");
  CHECK(error_of("[log]\nlevel = \"loud\"\n").find("trace, debug, info") != std::string::npos);
  CHECK(error_of("[defaults]\nagent = \"codexx\"\n").find("did you mean \"codex\"?") !=
        std::string::npos);
}

TEST_CASE("a text that is no TOML is said with its line") {
  CHECK(error_of("[log]\nlevel = \n").starts_with("config.toml:2: this is no TOML: "));
  CHECK_FALSE(error_of("a = \xff\xfe").empty());
  CHECK(error_of("[\nits]\n").find("this is no TOML") != std::string::npos);
}

TEST_CASE("a file that is not there is an error only when it was asked for") {
  CHECK(read_config("/nonexistent/config.toml", false));
  const auto required = read_config("/nonexistent/config.toml", true);
  REQUIRE_FALSE(required);
  CHECK(required.error().text ==
        "cannot read the configuration /nonexistent/config.toml: No such file or directory");
  CHECK_FALSE(read_config("/tmp", false)); // there, but no file
}

TEST_CASE("a file is read, and named in its errors") {
  std::string pattern = "/tmp/acpd-config-XXXXXX";
  const int fd = ::mkstemp(pattern.data());
  REQUIRE(fd >= 0);
  ::close(fd);
  std::ofstream(pattern) << "[log]\nlevel = \"trace\"\n";
  CHECK(read_config(pattern, true)->log_level == "trace");
  std::ofstream(pattern) << "[log]\nlevel = 1\n";
  CHECK(read_config(pattern, true).error().text.starts_with(pattern + ":2: log.level: "));
  std::filesystem::remove(pattern);
}
