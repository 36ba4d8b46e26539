#include "indexer/files/sweep.h"
#include "tests/indexer/files/collect.h"
#include "tests/indexer/files/tree.h"

#include <catch2/catch.hpp>

using namespace acpd::index;
using namespace acpd::index::test;
using paths = std::vector<std::string>;

namespace {

struct sink : sweep_sink {
  void added(std::string_view path, const file_stat&) override { adds.emplace_back(path); }
  void changed(std::string_view path, const file_stat&) override { changes.emplace_back(path); }
  void removed(std::string_view path) override { removals.emplace_back(path); }
  void unreadable(std::string_view, int) override {}
  paths adds, changes, removals;
};

known_source source_of(const std::map<std::string, file_stat>& known) {
  return [at = known.begin(), &known]() mutable -> std::optional<known_file> {
    if (at == known.end()) return std::nullopt;
    const auto& [path, stat] = *at++;
    return known_file{path, stat};
  };
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
  sink found;
  const auto totals = sweep(*ignore_rules::load(made.root()), source_of(known), found);
  REQUIRE(totals);
  CHECK(found.adds == paths{"a-a", "d/0"});
  CHECK(found.changes == paths{"c"});
  CHECK(found.removals == paths{"a/b", "z"});
  CHECK(totals->unchanged == 2);
}

TEST_CASE("a file replaced by one of the same size and time is changed") {
  const tree made;
  made.write("f", "one");
  const auto known = walked(made.root()).stats;
  made.write("g", "two");
  std::filesystem::last_write_time(made.path("g"),
                                   std::filesystem::last_write_time(made.path("f")));
  made.move("g", "f");
  sink found;
  REQUIRE(sweep(*ignore_rules::load(made.root()), source_of(known), found));
  CHECK(found.changes == paths{"f"});
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
  sink found;
  REQUIRE(sweep(*ignore_rules::load(made.root()), source_of(of_b), found, {.start = "b"}));
  CHECK(found.removals == paths{"b/f", "b/g"});
}

TEST_CASE("a root that is gone removes nothing") {
  const tree made;
  made.write("sub/f");
  const auto known = walked(made.path("sub")).stats;
  const auto rules = ignore_rules::load(made.path("sub"));
  made.remove("sub");
  sink found;
  CHECK_FALSE(sweep(*rules, source_of(known), found));
  CHECK(found.removals.empty());
}
