#include "indexer/worker/backlog.h"

#include <catch2/catch.hpp>

using acpd::index::backlog;

TEST_CASE("a file waits once, however often it changes") {
  backlog files;
  files.look("a");
  files.look("b");
  files.look("a");
  CHECK(files.size() == 2);
  CHECK(files.next() == "a");
  CHECK(files.next() == "b");
  CHECK_FALSE(files.next());
  CHECK(files.done("a"));
  CHECK(files.done("b"));
  CHECK(files.size() == 0);
}

TEST_CASE("what changes while it is in hand is read again, and the old reading is dropped") {
  backlog files;
  files.look("a");
  REQUIRE(files.next() == "a");
  files.look("a");
  CHECK_FALSE(files.done("a"));
  REQUIRE(files.next() == "a");
  CHECK(files.done("a"));
}

TEST_CASE("what is forgotten while it is in hand is not kept, unless it comes back") {
  backlog files;
  for (const auto* path : {"a", "b", "c"})
    files.look(path);
  REQUIRE(files.next() == "a");
  REQUIRE(files.next() == "b");
  for (const auto* path : {"a", "b", "c", "unknown"})
    files.forget(path);
  files.look("b");
  CHECK_FALSE(files.done("a"));
  CHECK_FALSE(files.done("b"));
  CHECK(files.next() == "b"); // read again
  CHECK_FALSE(files.next());
  CHECK(files.done("b"));
  CHECK(files.size() == 0);
}

TEST_CASE("of a folder only what was found there stays") {
  backlog files;
  for (const auto* path : {"d/a", "d2/b", "d/c"})
    files.look(path);
  REQUIRE(files.next() == "d/a");
  files.keep_below("d", [](const std::string& path) { return path == "d/c"; });
  CHECK_FALSE(files.done("d/a"));
  CHECK(files.size() == 2);
}

TEST_CASE("a file can be taken before its turn, and has no second one") {
  backlog files;
  files.look("a");
  files.look("b");
  CHECK(files.take("b"));
  CHECK_FALSE(files.take("b"));
  CHECK_FALSE(files.take("unknown"));
  CHECK(files.waiting() == 1);
  CHECK(files.next() == "a");
  CHECK_FALSE(files.next());
}

TEST_CASE("an answer for a file that nobody asked about is not kept") {
  backlog files;
  CHECK_FALSE(files.done("a"));
}
