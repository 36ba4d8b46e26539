#include "indexer/files/sweep.h"
#include "tests/indexer/files/collect.h"
#include "tests/indexer/files/tree.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <thread>

using namespace acpd::index;
using namespace acpd::index::test;
using namespace std::chrono_literals;
using paths = std::vector<std::string>;

namespace {

struct told {
  paths adds, changes, removals;
};

known_source source_of(const std::map<std::string, file_stat>& known) {
  return [at = known.begin(), &known]() mutable -> std::optional<known_file> {
    if (at == known.end()) return std::nullopt;
    const auto& [path, stat] = *at++;
    return known_file{path, stat};
  };
}

told swept(const listing& found, const std::map<std::string, file_stat>& known) {
  const auto differing = sweep(found, source_of(known));
  told made;
  for (const auto at : differing.to_read) {
    const std::string path(found.path(at));
    (known.contains(path) ? made.changes : made.adds).push_back(path);
  }
  for (const auto& file : differing.removed)
    made.removals.push_back(file.path);
  return made;
}

/// What differs between the disk and what is known of it.
told swept(const tree& made, const std::map<std::string, file_stat>& known,
           const walk_options& options = {}) {
  const auto listed = list_files(*ignore_rules::load(made.root()), options);
  REQUIRE(listed);
  return swept(*listed, known);
}

} // namespace

TEST_CASE("a sweep tells what was added, changed and removed, and nothing else") {
  const tree made;
  for (const auto* path : {"a/b", "a.x", "c", "d/e", "z"})
    made.write(path);
  const auto known = walked(made.root()).stats;
  made.remove("a/b");
  made.remove("z");
  made.write("c", "longer than before\n");
  made.write("a-a");
  made.write("d/0");
  const auto found = swept(made, known);
  CHECK(found.adds == paths{"a-a", "d/0"});
  CHECK(found.changes == paths{"c"});
  CHECK(found.removals == paths{"a/b", "z"});
}

TEST_CASE("a file replaced by one of the same size and time is changed") {
  const tree made;
  made.write("f", "one");
  const auto known = walked(made.root()).stats;
  made.write("g", "two");
  std::filesystem::last_write_time(made.path("g"),
                                   std::filesystem::last_write_time(made.path("f")));
  made.move("g", "f");
  CHECK(swept(made, known).changes == paths{"f"});
}

TEST_CASE("a sweep of one folder leaves the others alone; of a folder that is gone, removes all") {
  const tree made;
  for (const auto* path : {"a/f", "b/f", "b/g"})
    made.write(path);
  const auto known = walked(made.root()).stats;
  made.remove("a");
  made.remove("b");
  auto of_b = known;
  of_b.erase("a/f");
  CHECK(swept(made, of_b, {.start = "b"}).removals == paths{"b/f", "b/g"});
}

TEST_CASE("what could not be read for now is kept; without permission it is removed") {
  const std::map<std::string, file_stat> known{{"a/f", {}}, {"a.x", {}}, {"b/f", {}}, {"c", {}}};
  listing partly;
  partly.add_unread("a", EIO);
  partly.add_unread("b", EACCES);
  CHECK(swept(partly, known).removals == paths{"a.x", "b/f", "c"});
}

TEST_CASE("a root that is gone has no listing, not an empty one") {
  const tree made;
  made.write("sub/f");
  const auto rules = ignore_rules::load(made.path("sub"));
  made.remove("sub");
  const auto listed = list_files(*rules);
  REQUIRE_FALSE(listed);
  CHECK(listed.error().code == walk_problem::no_folder);
}

TEST_CASE("a listing knows what came after it was begun") {
  const tree made;
  made.write("old");
  const auto before = walked(made.root()).stats;
  std::this_thread::sleep_for(20ms); // a tick of the file system's clock and more
  const listing begun;
  made.write("new");
  CHECK_FALSE(begun.is_younger(before.at("old")));
  CHECK(begun.is_younger(walked(made.root()).stats.at("new")));
}
