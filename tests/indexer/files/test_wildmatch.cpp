#include "indexer/files/wildmatch.h"

#include <catch2/catch.hpp>
#include <string>

using acpd::index::wildmatch;

namespace {

struct sample {
  const char* pattern;
  const char* text;
  bool path; // with '/' as a border
  bool name; // without
};

} // namespace

TEST_CASE("globs match as git's do") {
  const auto& [pattern, text, path, name] = GENERATE(values<sample>({
      {"foo", "foo", true, true},
      {"foo", "foobar", false, false},
      {"f*", "foo/bar", false, true},
      {"*", "", true, true},
      {"*", "a/b", false, true},
      {"*/*", "a/b", true, true},
      {"*/*", "a/b/c", false, true},
      {"?", "/", false, true},
      {"a?c", "abc", true, true},
      {"**", "a/b/c", true, true},
      {"**/b", "b", true, false},
      {"**/b", "a/b", true, true},
      {"**/b", "a/x/b", true, true},
      {"**/b", "a/bb", false, false},
      {"a/**", "a", false, false},
      {"a/**", "a/b/c", true, true},
      {"a/**/b", "a/b", true, false},
      {"a/**/b", "a/x/y/b", true, true},
      {"a/**/b/**/c", "a/b/x/b/y/c", true, true},
      {"a**/b", "ax/y/b", false, true},
      {"a/b**", "a/bcd/e", false, true},
      {"**/*.c", "x/y/z.c", true, true},
      {"**/a*b*c", "x/ab/a1b2c", true, true},
      {"*a/*b", "xa/ya/zb", false, true},
      {"***", "a/b", true, true},
      {"**\\/b", "a/b", true, true},
      {"**\\/b", "b", false, false},
      {"[a-c]x", "bx", true, true},
      {"[!a-c]x", "bx", false, false},
      {"[^a-c]x", "dx", true, true},
      {"[]x]", "]", true, true},
      {"[]-a]", "^", true, true},
      {"[a-]", "-", true, true},
      {"[\\]]", "]", true, true},
      {"[\\\\-\\]]", "]", true, true},
      {"a[/]b", "a/b", false, true},
      {"[[:digit:]][[:alpha:]]", "7z", true, true},
      {"[[:nonsense:]]", "n", false, false},
      {"[[:]", ":", true, true},
      {"[a", "a", false, false},
      {"[", "[", false, false},
      {"\\*", "*", true, true},
      {"\\*", "x", false, false},
      {"a\\", "a\\", false, false},
      {"a\\", "a", false, false},
      {"\xc3\xa4*", "\xc3\xa4x", true, true},
  }));
  INFO(pattern << " on " << text);
  CHECK(wildmatch(pattern, text, {.pathname = true}) == path);
  CHECK(wildmatch(pattern, text, {.pathname = false}) == name);
}

TEST_CASE("case folds as git's does") {
  CHECK(wildmatch("FOO*", "fooBar", {.fold_case = true}));
  CHECK_FALSE(wildmatch("FOO*", "fooBar"));
  CHECK(wildmatch("[A-Z]", "q", {.fold_case = true}));
  CHECK(wildmatch("[[:upper:]]", "q", {.fold_case = true}));
  CHECK_FALSE(wildmatch("[[:upper:]]", "q"));
}

TEST_CASE("many stars do not make it slow") {
  // Backtracking into every star would need more steps than there are atoms.
  std::string pattern, text(3000, 'a');
  for (int i = 0; i < 200; ++i)
    pattern += "*a";
  CHECK_FALSE(wildmatch(pattern + "b", text));
  std::string folders, deep;
  for (int i = 0; i < 60; ++i)
    folders += "**/a*/";
  for (int i = 0; i < 500; ++i)
    deep += "aa/";
  CHECK_FALSE(wildmatch(folders + "b", deep + "c", {.pathname = true}));
}
