// acpd.toml(5) gives each key with its default: what it says is read as a configuration.
#include "server/wire/config.h"

#include <catch2/catch.hpp>
#include <fstream>

using acpd::wire::config;

namespace {

std::string without_escapes(std::string text) {
  for (const auto& [escape, plain] : {std::pair{"\\(dq", "\""}, std::pair{"\\-", "-"}})
    for (auto at = text.find(escape); at != std::string::npos; at = text.find(escape, at + 1))
      text.replace(at, std::string(escape).size(), plain);
  return text;
}

/// The page's tables and keys as a configuration.
std::string configuration_of(const std::string& page) {
  std::ifstream in(page);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(".Ss [")) out += line.substr(4) + "\n";
    if (line.starts_with(".It Li ")) out += without_escapes(line.substr(7)) + "\n";
  }
  return out;
}

} // namespace

TEST_CASE("the manual page names the defaults that the program has") {
  const auto text = configuration_of(ACPD_COMPLETIONS "/../man/acpd.toml.5");
  INFO(text);
  const auto read = acpd::wire::parse_config(text, "acpd.toml.5");
  const auto empty = acpd::wire::parse_config("", "empty");
  REQUIRE(read);
  REQUIRE(empty);
  CHECK(read->agents.at("NAME").command == std::vector<std::string>{"program", "argument"});
  CHECK(read->default_agent == empty->default_agent);
  CHECK(read->close_stops == empty->close_stops);
  CHECK(read->max_line_bytes == empty->max_line_bytes);
  CHECK(read->max_depth == empty->max_depth);
  CHECK(read->spool_bytes == empty->spool_bytes);
  CHECK(read->page_size == empty->page_size);
  CHECK(read->linger == empty->linger);
  CHECK(read->idle_exit == empty->idle_exit);
  CHECK(read->log_level == empty->log_level);
  CHECK(read->index.enabled == empty->index.enabled);
  CHECK(read->index.mcp == empty->index.mcp);
  CHECK(read->index.deny == empty->index.deny);
  CHECK(read->index.include == empty->index.include);
  CHECK(read->index.idle == empty->index.idle);
  CHECK(read->listen.address == empty->listen.address);
  CHECK(read->listen.hosts == empty->listen.hosts);
  CHECK(read->listen.origins == empty->listen.origins);
  CHECK(read->listen.idle == empty->listen.idle);
  CHECK(read->listen.max_connections == empty->listen.max_connections);
}
