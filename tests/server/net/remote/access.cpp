// Which Host and Origin headers are served.
#include "server/net/remote/access.h"

#include <catch2/catch.hpp>

using namespace acpd::remote;

TEST_CASE("a Host is the loopback's, the address that was called, or a name that somebody gave") {
  access_rules rules;
  rules.hosts = {"acpd.Example"};
  rules.in_certificate = [](const std::string& name) { return name == "cert.example"; };
  const std::string own = "10.0.0.7";
  for (const char* good : {"localhost", "LocalHost:8787", "127.0.0.1:1", "127.9.9.9", "[::1]:8787",
                           "10.0.0.7:8787", "ACPD.example:443", "acpd.example.", "cert.example"})
    CHECK(rules.allows_host(good, own));
  for (const char* bad :
       {"", "evil.example", "evil.example:8787", "10.0.0.8", "127.evil.example", "127.0.0.1.evil",
        "localhost:8787:1", "localhost:port", "localhost@evil.example", "evil.example, localhost",
        "[::1", "::1]", "acpd.example.evil", "xacpd.example", "localhost/evil", "[::2]:8787"})
    CHECK_FALSE(rules.allows_host(bad, own));
}

TEST_CASE("an Origin is nobody's, a loopback page's, or one that somebody gave") {
  access_rules rules;
  rules.origins = {"https://editor.example", "vscode-file://vscode-app"};
  for (const char* good : {"", "http://localhost:3000", "https://127.0.0.1", "http://[::1]:80",
                           "https://EDITOR.example", "vscode-file://vscode-app"})
    CHECK(rules.allows_origin(good));
  for (const char* bad : {"null", "https://evil.example", "https://editor.example:444",
                          "http://editor.example", "http://localhost.evil.example", "localhost",
                          "https://evil.example/?http://localhost", "file://"})
    CHECK_FALSE(rules.allows_origin(bad));
}
