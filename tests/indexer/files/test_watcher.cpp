// Real inotify, real git: a table kept by batches alone must become what a walk finds.
#include "tests/indexer/files/mirror.h"
#include "tests/indexer/files/tree.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fcntl.h>
#include <random>
#include <unistd.h>

using namespace acpd::index;
using namespace acpd::index::test;
using namespace std::chrono_literals;

namespace {

/// A watched tree whose first comparison is done.
struct watched {
  explicit watched(const tree& from, watcher_options options = {}) : watch(options), table(watch) {
    table.watch(from.root());
    REQUIRE(table.settles());
    table.batches.clear();
  }
  watcher watch;
  mirror table;
};

} // namespace

TEST_CASE("the first batch compares everything") {
  const tree made;
  made.write("a/f");
  watcher watch;
  mirror table(watch);
  table.watch(made.root());
  REQUIRE(table.settles());
  REQUIRE(table.batches.size() == 1);
  CHECK(table.batches[0].everything());
}

TEST_CASE("a save, an atomic save, a new file, a rename and a removal") {
  const tree made;
  made.write("a/f");
  made.write("a/g");
  watched on(made);
  made.write("a/f", "longer now\n");
  CHECK(on.table.settles());
  made.write("a/.f.tmp1", "atomic and longer\n");
  made.move("a/.f.tmp1", "a/f");
  CHECK(on.table.settles());
  CHECK_FALSE(on.table.knows("a/.f.tmp1"));
  made.write("a/new");
  CHECK(on.table.settles());
  made.move("a/new", "b");
  CHECK(on.table.settles());
  made.remove("a/g");
  CHECK(on.table.settles());
  CHECK(std::ranges::none_of(on.table.batches, &change_batch::everything));
}

TEST_CASE("a file whose writer keeps it open is seen") {
  const tree made;
  made.write("log");
  watched on(made);
  const unique_fd out(::open(made.path("log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  REQUIRE(::write(out.get(), "more\n", 5) == 5);
  CHECK(on.table.settles());
}

TEST_CASE("a file that is still written when it becomes an ignored one is given as removed") {
  const tree made;
  made.write("log/a");
  watched on(made);
  const unique_fd out(::open(made.path("log/a").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  REQUIRE(::write(out.get(), "more\n", 5) == 5);
  const auto now = watch_clock::now();
  on.watch.step(now); // gathered, as long as its writer has it open
  made.write(".gitignore", "log/\n");
  on.watch.step(now);
  std::vector<std::string> changed, removed;
  for (const auto later : {50ms, 5000ms}) // first the rules' turn, then the file's
    for (const auto& batch : on.watch.take(now + later)) {
      for (const auto& file : batch.changed)
        changed.push_back(file.path);
      removed.insert(removed.end(), batch.removed.begin(), batch.removed.end());
    }
  CHECK(std::ranges::find(changed, "log/a") == changed.end());
  CHECK(removed == std::vector<std::string>{"log/a"});
}

TEST_CASE("a folder that appears with all its content is watched at once") {
  const tree made, other;
  for (const auto* path : {"x/a", "x/y/b", "x/y/z/c"})
    other.write(path);
  watched on(made);
  std::filesystem::rename(other.path("x"), made.path("x"));
  CHECK(on.table.settles());
  made.write("x/y/z/d");
  CHECK(on.table.settles());
}

TEST_CASE("folders moved inside the tree go on being watched under their new name") {
  const tree made;
  for (const auto* path : {"a/b/c/f", "a/b/g", "d/h"})
    made.write(path);
  watched on(made);
  made.move("a/b", "d/b");
  made.write("d/b/c/new");
  CHECK(on.table.settles());
  made.move("d", "a/d");
  made.move("a/d/b", "b2");
  made.write("b2/c/f", "changed, and longer\n");
  CHECK(on.table.settles());
  made.move("b2", "b3");
  made.folder("b2");
  made.write("b2/other");
  made.write("b3/c/last");
  CHECK(on.table.settles());
}

TEST_CASE("a folder moved out of the tree is gone, and no longer watched") {
  const tree made, other;
  made.write("a/f");
  watched on(made);
  std::filesystem::rename(made.path("a"), other.path("a"));
  CHECK(on.table.settles());
  CHECK(on.watch.state(on.table.id).watched == 1);
}

TEST_CASE("ignored folders get no watch, and their events no batch") {
  const tree made;
  made.write(".gitignore", "out/\n");
  for (const auto* path : {"out/deep/f", "node_modules/x/f", "src/f"})
    made.write(path);
  watched on(made);
  CHECK(on.watch.state(on.table.id).watched == 2); // the root and src
  made.write("out/deep/g");
  made.write("node_modules/x/g");
  made.write("out2");
  CHECK(on.table.settles());
  CHECK(on.table.batches.size() == 1);
}

TEST_CASE("a changed ignore file decides again over its subtree") {
  const tree made;
  for (const auto* path : {"a/out/f", "a/b.log", "c/out/f"})
    made.write(path);
  watched on(made);
  made.write("a/.gitignore", "out/\n*.log\n");
  REQUIRE(on.table.settles());
  CHECK_FALSE(on.table.knows("a/out/f"));
  made.write("a/.tmp", "*.txt\n");
  made.move("a/.tmp", "a/.gitignore");
  REQUIRE(on.table.settles());
  made.write("a/out/new"); // watched again
  REQUIRE(on.table.settles());
  CHECK(on.table.knows("a/out/new"));
  made.remove("a/.gitignore");
  CHECK(on.table.settles());
}

TEST_CASE("ignore rules from outside the workspace count as they change") {
  const tree made;
  made.git({"init", "-q"});
  made.git({"config", "core.excludesFile", made.path("conf/global")});
  made.write("conf/global", "*.tmp\n");
  for (const auto* path : {"sub/a.tmp", "sub/b.log", "sub/c.o", "sub/d"})
    made.write(path);
  watcher watch;
  mirror table(watch);
  table.watch(made.path("sub"));
  REQUIRE(table.settles());
  CHECK(table.known.size() == 3);
  made.write("conf/global", "*.log\n");
  CHECK(table.until([&] { return table.knows("a.tmp") && !table.knows("b.log"); }));
  made.write(".git/info/exclude", "*.o\n");
  CHECK(table.until([&] { return !table.knows("c.o"); }));
  made.write(".gitignore", "/sub/d\n");
  CHECK(table.until([&] { return !table.knows("d"); }));
  made.git({"config", "core.excludesFile", made.path("none")});
  CHECK(table.until([&] { return table.knows("b.log"); }));
}

TEST_CASE("a folder that becomes generated is left out, and comes back") {
  const tree made;
  made.write("target/debug/f");
  watched on(made);
  made.write("target/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
  REQUIRE(on.table.settles());
  CHECK(on.table.known.empty());
  made.remove("target/CACHEDIR.TAG");
  REQUIRE(on.table.settles());
  CHECK(on.table.knows("target/debug/f"));
}

TEST_CASE("a branch switch is one batch") {
  const tree made;
  made.git({"init", "-q"});
  for (int i = 0; i < 400; ++i)
    made.write("d" + std::to_string(i % 20) + "/f" + std::to_string(i),
               "main " + std::to_string(i));
  made.git({"add", "."});
  made.git({"commit", "-qm", "one"});
  made.git({"checkout", "-qb", "other"});
  for (int i = 0; i < 400; i += 2)
    made.write("d" + std::to_string(i % 20) + "/f" + std::to_string(i), "another branch");
  for (int i = 0; i < 50; ++i)
    made.write("new/g" + std::to_string(i));
  made.remove("d1");
  made.git({"add", "-A"});
  made.git({"commit", "-qm", "two"});
  watched on(made);
  for (const auto* branch : {"main", "other"}) {
    on.table.batches.clear();
    made.git({"checkout", "-q", branch});
    REQUIRE(on.table.settles());
    CHECK(on.table.batches.size() == 1);
  }
}

TEST_CASE("two workspaces that overlap both hear of a change, over one instance") {
  const tree made;
  made.write("sub/f");
  watcher watch;
  mirror outer(watch), inner(watch);
  outer.watch(made.root());
  inner.watch(made.path("sub"));
  // Both mirrors take from one watcher: whichever runs keeps the other's batches for it.
  REQUIRE(outer.settles());
  const auto seen_by = [&](workspace_id id, const std::string& path) {
    return std::ranges::any_of(outer.batches, [&](const change_batch& batch) {
      return batch.workspace == id && std::ranges::any_of(batch.changed, [&](const auto& file) {
               return file.path == path;
             });
    });
  };
  outer.batches.clear();
  made.write("sub/f", "longer now\n");
  CHECK(outer.until([&] { return seen_by(outer.id, "sub/f") && seen_by(inner.id, "f"); }));
  watch.remove(inner.id);
  made.write("sub/f", "and longer still\n");
  CHECK(outer.settles());
}

TEST_CASE("a hint is looked at without delay, and only inside the tree") {
  const tree made;
  made.write("f");
  made.write(".gitignore", "*.log\n");
  watched on(made);
  const auto now = watch_clock::now();
  on.watch.hint(on.table.id, "f", now);
  auto batches = on.watch.take(now);
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].changed.at(0).path == "f");
  for (const auto* path : {"../f", "/etc/passwd", "a/../../f", "x.log", ".env"}) {
    on.watch.hint(on.table.id, path, now);
    CHECK(on.watch.take(now).empty());
  }
}

TEST_CASE("a root that goes away keeps what is known, and is found again") {
  const tree made;
  made.write("w/f");
  watcher watch({.times = {}, .poll_interval = 20ms});
  mirror table(watch);
  table.watch(made.path("w"));
  REQUIRE(table.settles());
  made.move("w", "elsewhere");
  REQUIRE(table.until([&] { return watch.state(table.id).partial; }));
  CHECK_THAT(watch.state(table.id).reason, Catch::Contains("is not there"));
  CHECK(table.knows("f"));
  made.write("w/g");
  CHECK(table.settles());
  CHECK_FALSE(watch.state(table.id).partial);
  made.write("w/h");
  CHECK(table.settles());
}

TEST_CASE("random changes leave the table equal to a walk") {
  const char* given = std::getenv("ACPD_SEED");
  std::mt19937 engine(given ? static_cast<unsigned>(std::atoi(given)) : 7);
  const auto below = [&](unsigned n) {
    return std::uniform_int_distribution<unsigned>(0, n - 1)(engine);
  };
  const auto name = [&] { return std::string(1, static_cast<char>('a' + below(5))); };
  const auto path = [&] {
    auto made = name();
    for (auto depth = below(4); depth > 0; --depth)
      made += "/" + name();
    return made;
  };
  const tree made;
  watched on(made);
  const auto change = [&] {
    std::error_code failed; // a step that cannot be done is no step
    const std::filesystem::path to = made.path(path());
    switch (below(8)) {
    case 0: std::filesystem::remove_all(to, failed); return;
    case 1: std::filesystem::create_directories(to, failed); return;
    case 2: std::filesystem::rename(made.path(path()), to, failed); return;
    case 3: std::filesystem::rename(made.path(path()), to / name(), failed); return;
    case 4:
      if (std::filesystem::is_directory(to))
        made.write(std::filesystem::relative(to, made.root()).string() + "/.gitignore",
                   below(2) ? name() + "\n" : "/" + name() + "/\n!" + name() + "\n");
      return;
    default:
      std::filesystem::create_directories(to.parent_path(), failed);
      if (failed || std::filesystem::is_directory(to)) return;
      made.write(std::filesystem::relative(to, made.root()).string(), std::string(below(50), 'x'));
    }
  };
  for (int round = 0; round < 40; ++round) {
    INFO("round " << round);
    for (auto steps = 1 + below(30); steps > 0; --steps) {
      change();
      if (below(3) == 0) on.watch.step(watch_clock::now()); // events are read in between
    }
    REQUIRE(on.table.settles());
  }
}
