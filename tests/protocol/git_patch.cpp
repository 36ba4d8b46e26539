#include "protocol/git_patch.h"

#include "protocol/line_diff.h"

#include <catch2/catch.hpp>
#include <random>

using namespace acpd::protocol;

namespace {

std::string numbered(int from, int to) {
  std::string text;
  for (int i = from; i <= to; ++i)
    text += "line " + std::to_string(i) + '\n';
  return text;
}

/// A patch of two texts applied to the first gives the second.
void check_round(std::string_view before, std::string_view after) {
  const std::string patch = git_patch("/f", before, after);
  const auto files = parse_git_patch(patch);
  REQUIRE(files);
  REQUIRE(files->size() == 1);
  const auto made = apply_patch(before, files->front());
  REQUIRE(made);
  CHECK(*made == after);
}

} // namespace

TEST_CASE("a patch is what git writes, with absolute paths") {
  CHECK(git_patch("/a/f", "one\ntwo\nthree\n", "one\n2\nthree\n") ==
        "diff --git /a/f /a/f\n--- /a/f\n+++ /a/f\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n");
  CHECK(git_patch("/f", std::nullopt, "new\n") ==
        "diff --git /f /f\nnew file mode 100644\n--- /dev/null\n+++ /f\n@@ -0,0 +1 @@\n+new\n");
  CHECK(git_patch("/f", std::nullopt, "") == "diff --git /f /f\nnew file mode 100644\n");
  CHECK(git_patch("/f", "same", "same").empty());
  CHECK(git_patch("/f", "a", "b\n") == "diff --git /f /f\n--- /f\n+++ /f\n@@ -1 +1 @@\n-a\n"
                                       "\\ No newline at end of file\n+b\n");
  CHECK(git_patch("/a\"\n", "a\n", "").starts_with(R"(diff --git "/a\"\012" "/a\"\012")"));
}

TEST_CASE("changes further apart than their context are hunks of their own") {
  std::string after = numbered(1, 40);
  after.replace(after.find("line 5\n"), 7, "five\n");
  after.replace(after.find("line 30\n"), 8, "thirty\n");
  const auto files = parse_git_patch(git_patch("/f", numbered(1, 40), after));
  REQUIRE(files);
  REQUIRE(files->front().hunks.size() == 2);
  CHECK(files->front().hunks[0].old_line == 2);
  CHECK(files->front().hunks[0].old_text == numbered(2, 8));
  CHECK(files->front().hunks[1].new_text == numbered(27, 29) + "thirty\n" + numbered(31, 33));
}

TEST_CASE("a patch of any two texts makes the second of the first") {
  check_round("", "a\nb\n");
  check_round("a\nb\n", "");
  check_round("a", "a\n");
  check_round("\n\n", "\n");
  std::mt19937 dice(7);
  for (int round = 0; round < 300; ++round) {
    std::string before;
    std::string after;
    for (std::string* text : {&before, &after}) {
      const auto lines = dice() % 30;
      for (unsigned i = 0; i < lines; ++i)
        *text += "abc"[dice() % 3] + std::string(i + 1 < lines || dice() % 2 == 0 ? "\n" : "");
    }
    if (before != after) check_round(before, after);
  }
}

TEST_CASE("a text that changed in more places than are searched is one block") {
  std::string after;
  for (int i = 1; i <= 2000; ++i)
    after += "other " + std::to_string(i) + '\n';
  const auto files = parse_git_patch(git_patch("/f", numbered(1, 2000), after));
  REQUIRE(files);
  CHECK(files->front().hunks.size() == 1);
  check_round(numbered(1, 2000), after);
}

TEST_CASE("sections of git's own patches are read") {
  const auto files = parse_git_patch("diff --git /a b /c d\nsimilarity index 90%\n"
                                     "rename from /a b\nrename to /c d\n--- /a b\t\n+++ /c d\t\n"
                                     "@@ -1 +1 @@ fn()\n-x\n+y\n"
                                     "diff --git /pic /pic\nBinary files /pic and /pic differ\n"
                                     "diff --git /gone /gone\ndeleted file mode 100644\n"
                                     "--- /gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-bye\n");
  REQUIRE(files);
  REQUIRE(files->size() == 3);
  CHECK(files->at(0).old_path == "/a b");
  CHECK(files->at(0).new_path == "/c d");
  CHECK(files->at(0).hunks[0].new_text == "y\n");
  CHECK(files->at(1).binary);
  CHECK(files->at(2).new_path.empty());
  CHECK(files->at(2).old_path == "/gone");
}

TEST_CASE("what is no patch, or does not fit, is refused with its line") {
  CHECK(parse_git_patch("hello\n").error().text == "not a git patch at line 2");
  CHECK_FALSE(parse_git_patch("diff --git /f /f\n@@ -1,2 +1 @@\n-a\n"));
  CHECK_FALSE(parse_git_patch("diff --git /f /f\n@@ -x +1 @@\n"));
  const auto files = parse_git_patch(git_patch("/f", "a\n", "b\n"));
  CHECK_FALSE(apply_patch("c\n", files->front()));
  CHECK_FALSE(apply_patch("", files->front()));
}
