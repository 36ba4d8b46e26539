#include "server/wire/paths.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace acpd::wire;
namespace fs = std::filesystem;

namespace {

/// Every variable that find_paths looks at, set for one test and put back.
class environment {
public:
  environment() {
    for (const char* name : names)
      if (const char* value = std::getenv(name)) before_.emplace_back(name, value);
    for (const char* name : names)
      ::unsetenv(name);
    set("HOME", "/home/ada");
  }
  ~environment() {
    for (const char* name : names)
      ::unsetenv(name);
    for (const auto& [name, value] : before_)
      set(name.c_str(), value.c_str());
  }
  void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }

private:
  static constexpr const char* names[] = {
      "HOME",        "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR",
      "ACPD_CONFIG", "ACPD_STATE_DIR",  "ACPD_SOCKET"};
  std::vector<std::pair<std::string, std::string>> before_;
};

class folder {
public:
  folder() {
    std::string pattern = "/tmp/acpd-paths-XXXXXX";
    path = ::mkdtemp(pattern.data());
  }
  ~folder() {
    std::error_code ec;
    fs::remove_all(path, ec);
  }
  fs::path path;
};

mode_t mode_of(const fs::path& p) {
  struct stat s{};
  return ::stat(p.c_str(), &s) == 0 ? s.st_mode & 0777 : 0;
}

} // namespace

TEST_CASE("the XDG folders are used where nothing else is said") {
  environment e;
  folder runtime;
  e.set("XDG_RUNTIME_DIR", runtime.path);
  const auto p = find_paths({});
  REQUIRE(p);
  CHECK(p->config == "/home/ada/.config/acpd/config.toml");
  CHECK(p->state_dir == "/home/ada/.local/state/acpd");
  CHECK(p->socket == runtime.path / "acpd/acpd.sock");
  e.set("XDG_CONFIG_HOME", "/c");
  e.set("XDG_STATE_HOME", "relative"); // the specification: ignored
  CHECK(find_paths({})->config == "/c/acpd/config.toml");
  CHECK(find_paths({})->state_dir == "/home/ada/.local/state/acpd");
}

TEST_CASE("a flag counts before its variable, and that before the XDG folder") {
  environment e;
  e.set("ACPD_CONFIG", "/env/config");
  e.set("ACPD_STATE_DIR", "/env/state");
  e.set("ACPD_SOCKET", "/env/socket");
  const auto by_variable = find_paths({});
  CHECK(by_variable->config == "/env/config");
  CHECK(by_variable->state_dir == "/env/state");
  CHECK(by_variable->socket == "/env/socket");
  const auto by_flag = find_paths({"/f/config", "/f/state", "/f/socket"});
  CHECK(by_flag->config == "/f/config");
  CHECK(by_flag->state_dir == "/f/state");
  CHECK(by_flag->socket == "/f/socket");
}

TEST_CASE("a state folder of one's own has its own socket") {
  environment e;
  e.set("XDG_RUNTIME_DIR", "/tmp");
  CHECK(find_paths({"", "/tmp/mine", ""})->socket == "/tmp/mine/acpd.sock");
  e.set("ACPD_STATE_DIR", "/tmp/other");
  CHECK(find_paths({})->socket == "/tmp/other/acpd.sock");
}

TEST_CASE("relative paths are made absolute: the daemon has another folder") {
  environment e;
  CHECK(find_paths({"", "state/../x", ""})->state_dir == fs::current_path() / "x");
}

TEST_CASE("without HOME and without flags there is no place, and it is said") {
  environment e;
  ::unsetenv("HOME");
  const auto p = find_paths({});
  REQUIRE_FALSE(p);
  CHECK(p.error().text.find("HOME is not set") == 0);
  const auto given = find_paths({"", "/s", ""});
  REQUIRE(given);
  CHECK(given->config == "/s/config.toml");
}

TEST_CASE("a socket's path above 107 bytes is said with its length") {
  environment e;
  const std::string longest = "/" + std::string(106, 'x');
  CHECK(find_paths({"", "", longest}));
  const auto p = find_paths({"", "", longest + "y"});
  REQUIRE_FALSE(p);
  CHECK(p.error().text.find("108 bytes") != std::string::npos);
  CHECK(p.error().text.find(longest + "y") != std::string::npos);
}

TEST_CASE("a private folder is made with those above it, for its owner only") {
  const mode_t before = ::umask(0022);
  folder f;
  const fs::path dir = f.path / "a" / "b";
  CHECK(make_private_dir(dir));
  CHECK(mode_of(dir) == 0700);
  CHECK(make_private_dir(dir)); // once more: it is there
  ::umask(before);
}

TEST_CASE("a folder that others can write to is refused, and so is a file in its place") {
  folder f;
  const fs::path dir = f.path / "open";
  fs::create_directory(dir);
  ::chmod(dir.c_str(), 0770);
  const auto open = make_private_dir(dir);
  REQUIRE_FALSE(open);
  CHECK(open.error().text.find("chmod go-w") != std::string::npos);
  std::ofstream(f.path / "file") << "x";
  CHECK_FALSE(make_private_dir(f.path / "file"));
  CHECK_FALSE(make_private_dir(f.path / "file" / "below"));
}

TEST_CASE("another user's folder is refused") {
  if (::geteuid() != 0) return; // only root can make one
  folder f;
  const fs::path dir = f.path / "theirs";
  fs::create_directory(dir);
  REQUIRE(::chown(dir.c_str(), 12345, 12345) == 0);
  const auto refused = make_private_dir(dir);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text.find("belongs to user 12345") != std::string::npos);
}
