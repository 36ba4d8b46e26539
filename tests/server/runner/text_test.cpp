// Patterns, scripts and prompts: what a person types and what becomes of it.
#include "server/runner/glob.h"
#include "server/runner/process.h"
#include "server/runner/prompt.h"
#include "server/runner/script.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

using namespace acpd::runner;

namespace {

bool matches(const std::string& pattern, const std::string& path) {
  auto globs = glob::compile(pattern, "/w");
  REQUIRE(globs);
  for (const auto& g : *globs)
    if (g.matches(path)) return true;
  return false;
}

// What the script writes when sh runs it with this path.
std::string output_of(const std::string& command, const std::string& path) {
  auto started = spawn({"sh", "-c", item_script(command), "sh", path}, "/", "test");
  REQUIRE(started);
  int status = 0;
  REQUIRE(::waitpid(started->pid, &status, 0) == started->pid);
  std::array<char, 4096> bytes{};
  auto n = ::read(started->output, bytes.data(), bytes.size());
  ::close(started->output);
  return {bytes.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

} // namespace

TEST_CASE("a star stays within a folder, two stars cross folders") {
  CHECK(matches("*.c", "a.c"));
  CHECK_FALSE(matches("*.c", "d/a.c"));
  CHECK(matches("**/*.c", "a.c"));
  CHECK(matches("**/*.c", "d/e/a.c"));
  CHECK(matches("d/**", "d/e/a.c"));
  CHECK_FALSE(matches("d/**", "e/a.c"));
  CHECK(matches("a/**/b/**/*.[ch]", "a/x/b/c/d.h"));
  CHECK_FALSE(matches("a/**/b/*.c", "a/b/c/d.c"));
  CHECK(matches("**/*", ".hidden/.x"));
}

TEST_CASE("braces are alternatives, ./ and the session's directory are dropped") {
  CHECK(matches("./src/*.{c,h}", "src/x.h"));
  CHECK(matches("{a,b{1,2}}/x", "b2/x"));
  CHECK_FALSE(matches("{a,b}/x", "c/x"));
  CHECK(matches("/w/src/*.c", "src/x.c"));
}

TEST_CASE("a pattern that leaves the directory or is broken is refused in words") {
  for (auto* pattern : {"../x", "/other/*.c", "/wx/*.c", "{a,b", "", "."}) {
    auto globs = glob::compile(pattern, "/w");
    INFO(pattern);
    REQUIRE_FALSE(globs);
    CHECK(globs.error().text.find('"') != std::string::npos);
  }
}

TEST_CASE("a walk leaves out folders that no pattern reaches") {
  auto g = glob::compile("src/lib/**/*.c", "/w");
  REQUIRE(g);
  CHECK(g->front().may_be_below("src"));
  CHECK(g->front().may_be_below("src/lib/x"));
  CHECK_FALSE(g->front().may_be_below("tests"));
  CHECK_FALSE(g->front().may_be_below("src/other"));
}

TEST_CASE("no path is ever split or executed, however the command quotes it") {
  std::string path = "a b'c\"d$(echo no);`echo no`\\*.c";
  CHECK(output_of("printf %s {}", path) == path);
  CHECK(output_of("printf %s \"{}\"", path) == path);
  CHECK(output_of("printf %s '{}'", path) == path);
  CHECK(output_of("printf %s \"$(printf %s {})\"", path) == path);
  CHECK(output_of("printf '[%s]' x{}y", path) == "[x" + path + "y]");
  CHECK(output_of("true && printf %s", path) == path);
  CHECK(output_of("(printf '<%s>' {}); printf '<%s>' {}", path) == "<" + path + "><" + path + ">");
}

TEST_CASE("/each takes patterns, options and everything after -- as the command") {
  auto r = parse_prompt("  /each src/*.c 'a b.c' --jobs 3 --fresh -- sed -n '1p' {} | wc -l\n");
  REQUIRE(r);
  CHECK(r->what == verb::each);
  CHECK(r->globs == std::vector<std::string>{"src/*.c", "a b.c"});
  CHECK(r->jobs == 3);
  CHECK(r->fresh);
  CHECK(r->command == "sed -n '1p' {} | wc -l");
  CHECK(r->canonical == "/each src/*.c 'a b.c' -- sed -n '1p' {} | wc -l");
}

TEST_CASE("the canonical text of a command means the same command") {
  for (auto* text : {"/each 'it'\\''s' \"--x\" *.c --jobs=2 -- run {}", "/test -- make -j4 check",
                     "/test make check", "/test"}) {
    auto first = parse_prompt(text);
    INFO(text);
    REQUIRE(first);
    auto second = parse_prompt(first->canonical);
    REQUIRE(second);
    CHECK(second->canonical == first->canonical);
    CHECK(second->globs == first->globs);
    CHECK(second->command == first->command);
  }
}

TEST_CASE("what cannot be understood is said with how it is written") {
  CHECK(parse_prompt("/each *.c").error().text.find("/each GLOB") != std::string::npos);
  CHECK(parse_prompt("/each -- true").error().text.find("which files") != std::string::npos);
  CHECK(parse_prompt("/each *.c --jobs 0 -- true").error().text.find("1 to 512") !=
        std::string::npos);
  CHECK(parse_prompt("/each *.c --job 2 -- true").error().text.find("--jobs N") !=
        std::string::npos);
  CHECK(parse_prompt("/each 'a -- true").error().text.find("quote") != std::string::npos);
  CHECK(parse_prompt("/nonsense").error().text.find("/each GLOB") != std::string::npos);
  CHECK(parse_prompt("/continue now").error().text.find("too much") != std::string::npos);
}

TEST_CASE("plain text, a path too, is no command") {
  CHECK(parse_prompt("hello")->what == verb::chat);
  CHECK(parse_prompt("")->what == verb::chat);
  CHECK(parse_prompt("/usr/bin/env is a file")->what == verb::chat);
}
