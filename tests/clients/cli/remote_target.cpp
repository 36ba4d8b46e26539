// What --remote becomes: never an option of ssh's, never a token in an argv.
#include "clients/cli/bridge/remote_target.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace acpd::bridge;

namespace {

std::vector<std::string> ssh_words(const std::string& url) {
  const auto found = find_remote({.url = url, .token_file = {}, .ca_file = {}});
  INFO(url);
  REQUIRE(found.has_value());
  std::vector<std::string> words = found->command;
  words.pop_back(); // the command there
  return words;
}

std::string error_of(const remote_options& o) {
  const auto found = find_remote(o);
  REQUIRE_FALSE(found.has_value());
  return found.error().text;
}

using words = std::vector<std::string>;

} // namespace

TEST_CASE("ssh gets the host behind --") {
  CHECK(ssh_words("ssh://box") == words{"ssh", "-T", "--", "box"});
  CHECK(ssh_words("ssh://me@box.example:2222/") ==
        words{"ssh", "-T", "-p", "2222", "-l", "me", "--", "box.example"});
  CHECK(ssh_words("ssh://[fe80::1]:22") == words{"ssh", "-T", "-p", "22", "--", "fe80::1"});
}

TEST_CASE("what is no host is refused") {
  for (const char* bad :
       {"ssh://", "ssh://-oProxyCommand=x", "ssh://me@-oProxyCommand=x", "ssh://-lroot@box",
        "ssh://box:", "ssh://box:x", "ssh://a b", "ssh://box;reboot", "ssh://$(x)", "ssh://@box"})
    CHECK(error_of({.url = bad, .token_file = {}, .ca_file = {}}).starts_with("--remote: "));
  CHECK(error_of({.url = "http://box", .token_file = {}, .ca_file = {}}).find("wss://") !=
        std::string::npos);
}

TEST_CASE("the token comes from a file that only its owner reads, or from the environment") {
  const auto file =
      std::filesystem::temp_directory_path() / ("acpd-token-" + std::to_string(::getpid()));
  std::ofstream(file) << "acpd_abc\n";
  ::unsetenv("ACPD_TOKEN");
  const remote_options o{.url = "wss://h:1", .token_file = file, .ca_file = {}};
  ::chmod(file.c_str(), 0644);
  CHECK(error_of(o).find("chmod 600") != std::string::npos);
  ::chmod(file.c_str(), 0600);
  const auto found = find_remote(o);
  if (found) { // acpd-wss lies beside the tests
    CHECK(found->token == "acpd_abc");
    for (const std::string& word : found->command)
      CHECK(word.find("acpd_abc") == std::string::npos);
  } else {
    CHECK(found.error().text.find("no program acpd-wss") != std::string::npos);
  }
  std::ofstream(file, std::ios::trunc) << "\n";
  CHECK(error_of(o).find("is empty") != std::string::npos);
  std::filesystem::remove(file);
  CHECK(error_of(o).starts_with("cannot read the token file"));
  CHECK(error_of({.url = "wss://h:1", .token_file = {}, .ca_file = {}}).find("needs a token") !=
        std::string::npos);
}
