// The rules are git's: random trees with random ignore files, and git itself as the judge.
#include "tests/indexer/files/collect.h"
#include "tests/indexer/files/tree.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

using namespace acpd::index;
using namespace acpd::index::test;

namespace {

/// Small alphabets, so that patterns and paths meet often. None of the names is one that acpd
/// leaves out by itself.
class dice {
public:
  explicit dice(unsigned seed) : engine_(seed) {}

  unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(engine_); }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <std::size_t N>
  std::string one_of(const char* const (&list)[N]) {
    return list[below(N)];
  }

  std::string name() {
    static const char* const names[] = {"a",  "b",   "c",   "ab",  "abc", "A",  "a b",  "b ",
                                        "a*", "[a]", "a.c", "b.o", "#x",  "!y", "x\\y", "\xc3\xa4"};
    return one_of(names);
  }

  std::string pattern() {
    static const char* const pieces[] = {
        "a",    "b",     "c",      "ab",          "*",        "?",     "*.c",
        "a*",   "*b",    "[ab]",   "[!a]",        "**",       "a**",   "\\a",
        "a b",  "b\\ ",  "\\#x",   "[[:alpha:]]", "*.[co]",   "A",     "[a",
        "[]a]", "a*b*c", "x\\\\y", "**b",         "\xc3\xa4", "[^b]*", "???"};
    std::string line;
    if (chance(25)) line += "!";
    if (chance(25)) line += "/";
    const auto count = 1 + below(3);
    for (unsigned i = 0; i < count; ++i)
      line += (i ? "/" : "") + one_of(pieces);
    if (chance(20)) line += "/";
    if (chance(10)) line += "  ";
    if (chance(5)) line += "\t";
    if (chance(5)) line += "\r";
    return line;
  }

  std::string ignore_file() {
    std::string content = chance(5) ? "\xef\xbb\xbf" : "";
    const auto count = 1 + below(6);
    for (unsigned i = 0; i < count; ++i)
      content += (chance(5) ? std::string(chance(50) ? "# no" : "") : pattern()) + "\n";
    if (chance(30)) content.pop_back();
    return content;
  }

private:
  std::mt19937 engine_;
};

void fill(const tree& made, dice& roll, const std::string& folder, int depth) {
  if (roll.chance(folder.empty() ? 100 : 35)) made.write(folder + ".gitignore", roll.ignore_file());
  const auto count = 2 + roll.below(6);
  for (unsigned i = 0; i < count; ++i) {
    const auto path = folder + roll.name();
    if (std::filesystem::exists(std::filesystem::symlink_status(made.path(path)))) continue;
    if (depth < 3 && roll.chance(45)) {
      made.folder(path);
      fill(made, roll, path + "/", depth + 1);
    } else {
      made.write(path);
    }
  }
}

std::vector<std::string> listed_by_git(const tree& made, const std::string& folder = "") {
  auto arguments = std::vector<std::string>{"ls-files", "-z", "-co", "--exclude-standard"};
  if (!folder.empty()) arguments.insert(arguments.begin(), {"-C", folder});
  const auto output = made.git(arguments);
  std::vector<std::string> paths;
  for (std::size_t at = 0; at < output.size();) {
    const auto end = output.find('\0', at);
    paths.push_back(output.substr(at, end - at));
    at = end + 1;
  }
  std::ranges::sort(paths);
  return paths;
}

unsigned number(const char* variable, unsigned otherwise) {
  const char* value = std::getenv(variable);
  return value ? static_cast<unsigned>(std::atoi(value)) : otherwise;
}

} // namespace

TEST_CASE("random trees are listed as git lists them") {
  // ACPD_SEED and ACPD_ROUNDS look further.
  const auto seed = number("ACPD_SEED", 1);
  const auto rounds = number("ACPD_ROUNDS", 60);
  for (unsigned round = 0; round < rounds; ++round) {
    dice roll(seed * 100'000 + round);
    const tree made;
    made.git({"init", "-q"});
    const bool fold = roll.chance(20);
    made.git({"config", "core.ignorecase", fold ? "true" : "false"});
    fill(made, roll, "", 0);
    if (roll.chance(40)) made.write(".git/info/exclude", roll.ignore_file());
    if (roll.chance(40)) {
      made.write(".git/global", roll.ignore_file());
      made.git({"config", "core.excludesFile", made.path(".git/global")});
    }
    INFO("ACPD_SEED=" << seed << ", round " << round << ", " << made.root());
    const auto ours = walked(made.root()).files;
    REQUIRE(ours == listed_by_git(made));
    // A workspace below the repository's top: the ignore files above it count.
    const auto folders = walked(made.root()).folders;
    const auto& below = folders[roll.below(static_cast<unsigned>(folders.size()))];
    if (!below.empty()) REQUIRE(walked(made.path(below)).files == listed_by_git(made, below));
  }
}

TEST_CASE("a real repository is listed as git lists it", "[.real]") {
  // ACPD_REAL_TREE=FOLDER: a clone. What is tracked although ignored is git's exception; links,
  // submodules and what acpd leaves out by itself are ours.
  const char* folder = std::getenv("ACPD_REAL_TREE");
  REQUIRE(folder);
  const auto in = "git -C " + shell_quoted(folder) + " ls-files -z ";
  const auto lines = [](const std::string& output) {
    std::vector<std::string> paths;
    for (std::size_t at = 0, end = 0; at < output.size(); at = end + 1)
      paths.push_back(output.substr(at, (end = output.find('\0', at)) - at));
    std::ranges::sort(paths);
    return paths;
  };
  const auto tracked_ignored = lines(output_of(in + "-ci --exclude-standard"));
  const auto rules = ignore_rules::load(folder);
  std::vector<std::string> expected;
  for (const auto& path : lines(output_of(in + "-co --exclude-standard"))) {
    if (std::ranges::binary_search(tracked_ignored, path)) continue;
    if (!std::filesystem::is_regular_file(
            std::filesystem::symlink_status(std::string(folder) + "/" + path)))
      continue;
    if (rules->explain(path, false).what == verdict::denied) continue;
    expected.push_back(path);
  }
  CHECK(expected.size() > 100);
  CHECK(walked(folder).files == expected);
}
