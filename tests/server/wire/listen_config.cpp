#include "tests/server/wire/config_support.h"

#include <catch2/catch.hpp>

using namespace acpd::wire;
using test::error_of;

TEST_CASE("without [listen] nothing listens but the Unix socket") {
  const auto c = parse_config("", "config.toml");
  REQUIRE(c);
  CHECK(c->listen.address.empty());
  CHECK(c->listen.idle == std::chrono::seconds(300));
  CHECK(c->listen.ping == std::chrono::seconds(15));
  CHECK(c->listen.max_connections == 256);
}

TEST_CASE("every key of [listen] is read") {
  const auto c = parse_config(R"([listen]
address = "[::1]:8787"
tls_cert = "/c.pem"
tls_key = "/k.pem"
hosts = ["box.example", "box"]
origins = ["https://editor.example"]
idle_seconds = 7
ping_seconds = 2
max_connections = 9
)",
                              "config.toml");
  REQUIRE(c);
  CHECK(c->listen.address == "[::1]:8787");
  CHECK(c->listen.tls_certificate == "/c.pem");
  CHECK(c->listen.tls_key == "/k.pem");
  CHECK(c->listen.hosts == std::vector<std::string>{"box.example", "box"});
  CHECK(c->listen.origins == std::vector<std::string>{"https://editor.example"});
  CHECK(c->listen.idle == std::chrono::seconds(7));
  CHECK(c->listen.ping == std::chrono::seconds(2));
  CHECK(c->listen.max_connections == 9);
}

TEST_CASE("what is wrong in [listen] is said with its line and key") {
  const auto [text, key] = GENERATE(table<std::string, std::string>({
      {"[listen]\naddress = 8787\n", "address"},
      {"[listen]\nhosts = \"box\"\n", "hosts"},
      {"[listen]\norigins = [1]\n", "origins"},
      {"[listen]\nidle_seconds = 0\n", "idle_seconds"},
      {"[listen]\nping_seconds = 0\n", "ping_seconds"},
      {"[listen]\nmax_connections = -1\n", "max_connections"},
      {"[listen]\nadress = \"127.0.0.1:1\"\n", "adress"},
  }));
  INFO(text);
  const std::string error = error_of(text);
  CHECK(error.find("config.toml:2") != std::string::npos);
  CHECK(error.find(key) != std::string::npos);
}
