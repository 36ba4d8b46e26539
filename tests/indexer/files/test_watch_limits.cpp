// Where the kernel cannot tell everything: nothing is lost, and it is said.
#include "tests/indexer/files/limits.h"
#include "tests/indexer/files/mirror.h"
#include "tests/indexer/files/tree.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>

using namespace acpd::index;
using namespace acpd::index::test;
using namespace std::chrono_literals;

namespace {

/// CHECK for a child process.
bool holds(bool condition, const char* what) {
  if (!condition) std::cerr << "does not hold: " << what << '\n';
  return condition;
}

void many_folders(const tree& made, int count) {
  for (int i = 0; i < count; ++i)
    made.write("d" + std::to_string(i) + "/f");
}

} // namespace

TEST_CASE("with a limit of 100 watches the rest is compared by stat, and said") {
  const tree made;
  many_folders(made, 300);
  CHECK(with_limits({{"max_inotify_watches", 100}}, [&] {
    watcher watch({.times = {}, .poll_interval = 30ms});
    mirror table(watch);
    table.watch(made.root());
    bool good = holds(table.settles(), "the first comparison is whole");
    const auto state = watch.state(table.id);
    good &= holds(state.partial, "partial");
    // git's folder for core.excludesFile, where there is one, has a watch, too.
    good &= holds(state.watched >= 98 && state.watched <= 100, "as many watches as may be");
    good &= holds(state.watched + state.unwatched == 301, "every folder is counted");
    good &=
        holds(state.reason.find("fs.inotify.max_user_watches") != std::string::npos, "what to do");
    for (int i = 0; i < 300; ++i)
      made.write("d" + std::to_string(i) + "/new");
    good &= holds(table.settles(), "changes in folders without a watch");
    made.remove("d7");
    made.move("d8", "e8");
    good &= holds(table.settles(), "and of folders");
    return good;
  }));
}

TEST_CASE("watches that become free are taken at the next comparison") {
  const tree made;
  many_folders(made, 60);
  CHECK(with_limits({{"max_inotify_watches", 50}}, [&] {
    watcher watch({.times = {}, .poll_interval = 30ms});
    mirror table(watch);
    table.watch(made.root());
    bool good = holds(table.settles(), "settles") &&
                holds(watch.state(table.id).partial, "partial at first");
    for (int i = 0; i < 30; ++i)
      made.remove("d" + std::to_string(i));
    good &= holds(table.until([&] { return !watch.state(table.id).partial; }), "whole again");
    return good && holds(watch.state(table.id).watched == 31, "every folder is watched");
  }));
}

TEST_CASE("without any inotify instance everything is polled") {
  const tree made;
  made.write("a/f");
  CHECK(with_limits({{"max_inotify_instances", 0}}, [&] {
    watcher watch({.times = {}, .poll_interval = 30ms});
    mirror table(watch);
    table.watch(made.root());
    bool good = holds(watch.fd() < 0, "no instance") && holds(table.settles(), "settles");
    made.write("a/g");
    made.write("b/h");
    good &= holds(table.settles(), "changes are found");
    const auto state = watch.state(table.id);
    return good && holds(state.partial, "partial") &&
           holds(state.reason.find("max_user_instances") != std::string::npos, "what to do");
  }));
}

TEST_CASE("more events than the kernel's queue holds end in one comparison of everything") {
  const tree made;
  many_folders(made, 10);
  watcher watch;
  mirror table(watch);
  table.watch(made.root());
  REQUIRE(table.settles());
  table.batches.clear();
  int queue = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> queue;
  REQUIRE(queue > 0);
  made.fill("d1", queue + 1); // nobody reads meanwhile
  made.write("lost/with/all/its/folders/f");
  REQUIRE(table.settles());
  CHECK(std::ranges::any_of(table.batches, &change_batch::everything));
  made.write(
      "lost/with/all/its/folders/g"); // its folders are watched, though no event told of them
  CHECK(table.settles());
}
