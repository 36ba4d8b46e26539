#include "tests/indexer/files/collect.h"
#include "tests/indexer/files/tree.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace acpd::index;
using namespace acpd::index::test;
using paths = std::vector<std::string>;

TEST_CASE("files come in the byte order of their paths") {
  const tree made;
  for (const auto* path : {"a/z", "a.b", "a-b/x", "a0", "b", "a/b/c", "A"})
    made.write(path);
  const auto files = walked(made.root()).files;
  auto sorted = files;
  std::ranges::sort(sorted);
  CHECK(files == sorted);
  CHECK(files.size() == 7);
}

TEST_CASE("a file is told with its size, time, inode and mode") {
  const tree made;
  made.write("f", "12345");
  struct stat real{};
  REQUIRE(::stat(made.path("f").c_str(), &real) == 0);
  const auto told = walked(made.root()).stats.at("f");
  CHECK(told.size == 5);
  CHECK(told.inode == real.st_ino);
  CHECK(told.mode == real.st_mode);
  CHECK(told.changed_ns == real.st_ctim.tv_sec * 1'000'000'000 + real.st_ctim.tv_nsec);
}

TEST_CASE("links are not followed, out of the tree or round in it") {
  const tree made, other;
  other.write("secret");
  made.write("a/f");
  made.link("..", "a/up");
  made.link(other.root(), "out");
  made.link("a/f", "same");
  CHECK(walked(made.root()).files == paths{"a/f"});
}

TEST_CASE("a pipe or socket is no file, and holds nothing up") {
  const tree made;
  made.write("f");
  REQUIRE(::mkfifo(made.path("pipe").c_str(), 0600) == 0);
  REQUIRE(::mkfifo(made.path(".gitignore").c_str(), 0600) == 0);
  CHECK(walked(made.root()).files == paths{"f"});
}

TEST_CASE("20,000 files in one folder") {
  const tree made;
  made.fill("big", 20'000);
  CHECK(walked(made.root()).files.size() == 20'000);
}

TEST_CASE("a tree deeper than the descriptors that a process may have") {
  const tree made;
  std::string path;
  for (int i = 0; i < 200; ++i)
    path += "d/";
  made.write(path + "f");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit few{40, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  const auto files = walked(made.root()).files;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(files == paths{path + "f"});
}

TEST_CASE("a folder without permission is reported, the rest is walked") {
  const tree made;
  made.write("shut/f");
  made.write("open/f");
  made.write("z");
  REQUIRE(::chmod(made.path("shut").c_str(), 0) == 0);
  if (::access(made.path("shut").c_str(), R_OK) == 0) {
    // root reads everything: the walk runs as nobody in a child.
    REQUIRE(::chmod(made.root().c_str(), 0755) == 0);
    const auto child = ::fork();
    if (child == 0) {
      if (::setuid(65534) != 0) ::_exit(2);
      const auto all = walked(made.root());
      ::_exit(all.unreadables == paths{"shut"} && all.files == paths{"open/f", "z"} ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  } else {
    const auto all = walked(made.root());
    CHECK(all.unreadables == paths{"shut"});
    CHECK(all.files == paths{"open/f", "z"});
  }
}

TEST_CASE("the limit of files is an error that says what to do") {
  const tree made;
  for (const auto* path : {"a", "b/c", "d"})
    made.write(path);
  collector all;
  const auto rules = ignore_rules::load(made.root());
  CHECK(walk(*rules, all, {.file_limit = 3}));
  const auto failed = walk(*rules, all, {.file_limit = 2});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == walk_problem::too_many_files);
  CHECK_THAT(failed.error().text,
             Catch::Contains("more than 2 files in " + made.root()) && Catch::Contains(".ignore"));
}

TEST_CASE("the root of the machine and the home folder are refused unless allowed") {
  const tree home;
  home.write("project/f");
  const std::string before = std::getenv("HOME") ? std::getenv("HOME") : "";
  ::setenv("HOME", home.path("project").c_str(), 1);
  collector all;
  for (const auto& root :
       {std::string("/"), home.path("project"), home.root(), home.path("project/../project/")}) {
    const auto refused = walk(*ignore_rules::load(root), all);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == walk_problem::too_wide);
    CHECK_THAT(refused.error().text, Catch::Contains("refusing to index"));
  }
  CHECK(walk(*ignore_rules::load(home.path("project")), all, {.allow_wide_roots = true}));
  ::setenv("HOME", home.path("other").c_str(), 1);
  CHECK(walk(*ignore_rules::load(home.path("project")), all));
  ::setenv("HOME", before.c_str(), 1);
}

TEST_CASE("a root that is not there") {
  const tree made;
  collector all;
  const auto failed = walk(*ignore_rules::load(made.path("no")), all);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == walk_problem::no_folder);
}

TEST_CASE("a walk of one folder has the rules of the way to it") {
  const tree made;
  made.write(".gitignore", "*.log\n");
  made.write("a/.gitignore", "!keep.log\n/b/out/\n");
  for (const auto* path : {"a/b/x.log", "a/b/keep.log", "a/b/f", "a/b/out/f", "a/c", "b/f"})
    made.write(path);
  CHECK(walked(made.root(), {}, {.start = "a/b"}).files == paths{"a/b/f", "a/b/keep.log"});
  CHECK(walked(made.root(), {}, {.start = "a/b/out"}).files.empty());
  CHECK(walked(made.root(), {}, {.start = "gone"}).files.empty());
}
