// Hidden: test_indexer_files "[.bench]" prints what a walk costs beside a bare lstat of the same
// files, in one run. ACPD_FILES sets their number.
#include "tests/indexer/files/collect.h"
#include "tests/indexer/files/mirror.h"
#include "tests/indexer/files/tree.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <sys/stat.h>

using namespace acpd::index;
using namespace acpd::index::test;

namespace {

double cpu_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// CPU, the least of five: what the machine's other work took is left out.
double least_ms(const std::function<void()>& run) {
  double least = 1e9;
  for (int round = 0; round < 5; ++round) {
    const auto start = cpu_ms();
    run();
    least = std::min(least, cpu_ms() - start);
  }
  return least;
}

struct counter : walk_visitor {
  void file(std::string_view, const file_stat&) override { ++files; }
  std::size_t files = 0;
};

/// As a project's: ten files a folder, an ignore file with the usual hundred lines.
void fill(const tree& made, int files) {
  std::string ignored;
  for (int i = 0; i < 60; ++i)
    ignored += "name" + std::to_string(i) + "/\n";
  for (int i = 0; i < 25; ++i)
    ignored += "*.ext" + std::to_string(i) + "\n";
  for (int i = 0; i < 10; ++i)
    ignored += "/docs/**/gen" + std::to_string(i) + "\n";
  ignored += "*.py[cod]\n*$py.class\n.cache*\n*~\n!keep*\n";
  made.write(".gitignore", ignored);
  for (int i = 0; i < files; ++i)
    made.write("src/part" + std::to_string(i / 1000) + "/module" + std::to_string(i / 10 % 100) +
                   "/some_file_" + std::to_string(i) + ".cpp",
               "");
}

} // namespace

TEST_CASE("what a walk, a sweep and the watches cost", "[.bench]") {
  const char* given = std::getenv("ACPD_FILES");
  const int files = given ? std::atoi(given) : 100'000;
  const tree made;
  fill(made, files);
  const auto rules = ignore_rules::load(made.root());
  const auto known = walked(made.root()).stats;

  const double floor = least_ms([&] {
    struct stat found{};
    for (const auto& [path, stat] : known)
      ::lstat((made.root() + "/" + path).c_str(), &found);
  });
  const double walk_ms = least_ms([&] {
    counter all;
    REQUIRE(walk(*rules, all));
    REQUIRE(all.files == known.size());
  });
  const double sweep_ms = least_ms([&] {
    auto at = known.begin();
    const auto listed = list_files(*rules);
    REQUIRE(listed);
    const auto differing = sweep(*listed, [&]() -> std::optional<known_file> {
      if (at == known.end()) return std::nullopt;
      const auto& [path, stat] = *at++;
      return known_file{path, stat};
    });
    REQUIRE(differing.to_read.empty());
    REQUIRE(differing.removed.empty());
  });
  const double watch_ms = least_ms([&] {
    watcher watch;
    REQUIRE(watch.add(made.root(), {}, watch_clock::now()));
    REQUIRE(watch.take(watch_clock::now()).size() == 1);
  });
  std::cout << files << " files: lstat of each path " << floor << " ms, walk " << walk_ms << " ("
            << walk_ms / floor << " x), sweep without changes " << sweep_ms << " ("
            << sweep_ms / floor << " x), watching and listing it " << watch_ms << " (CPU ms)\n";
}
