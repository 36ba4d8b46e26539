// Whatever happened to the tree and to the worker: the index is the one that a new worker makes.
#include "tests/indexer/files/tree.h"
#include "tests/indexer/worker/dump.h"
#include "tests/indexer/worker/worker_process.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <random>
#include <thread>

using namespace acpd::index::test;
namespace fs = std::filesystem;

namespace {

unsigned number(const char* variable, unsigned otherwise) {
  const char* value = std::getenv(variable);
  return value ? static_cast<unsigned>(std::atoi(value)) : otherwise;
}

/// A real tree under git, and random things that happen to it.
class changing_tree {
public:
  explicit changing_tree(unsigned seed) : engine_(seed) {
    // This project's own sources, unless ACPD_REAL_TREE names others.
    const auto own = fs::path(__FILE__).parent_path() / "../../..";
    if (const char* given = std::getenv("ACPD_REAL_TREE")) {
      copy(given, "");
      fs::remove_all(files.path(".git"));
    } else {
      for (const auto* folder : {"indexer/files", "indexer/store", "protocol", "server/core",
                                 "tests/lib", "clients/cli"})
        copy(own / folder, folder);
    }
    files.git({"init", "-q"});
    files.write(".gitignore", "*.tmp\n/build/\n");
    commit();
    files.git({"checkout", "-qb", "other"});
    for (int i = 0; i < 30; ++i)
      change_file();
    commit();
  }

  void change() {
    if (all(false).size() < fewest_files) grow(); // removals would leave nothing to compare
    switch (below(10)) {
    case 0: return remove();
    case 1: return move_file();
    case 2: return move_folder();
    case 3: return create();
    case 4: return switch_branch();
    case 5: return atomic_save();
    case 6: return ignore();
    default: return change_file();
    }
  }

  unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(engine_); }
  tree files;

private:
  void copy(const fs::path& from, const std::string& to) {
    fs::create_directories(files.path(to));
    fs::copy(from, files.path(to), fs::copy_options::recursive | fs::copy_options::skip_symlinks);
  }
  void commit() {
    files.git({"add", "-A"});
    files.git({"commit", "-qm", "a step", "--allow-empty"});
  }

  static constexpr std::size_t fewest_files = 100;
  /// A folder of sources at once, as somebody adds it who unpacks or clones.
  void grow() {
    const auto own = fs::path(__FILE__).parent_path() / "../../..";
    for (const auto* folder : {"indexer/files", "protocol"})
      copy(own / folder, "grown" + std::to_string(++names_) + "/" + folder);
  }

  /// Relative paths; sorted, so that the same seed does the same.
  std::vector<std::string> all(bool folders) const {
    std::vector<std::string> found;
    for (auto at = fs::recursive_directory_iterator(files.root());
         at != fs::recursive_directory_iterator(); ++at) {
      if (at->path().filename() == ".git")
        at.disable_recursion_pending();
      else if (at->is_directory() == folders)
        found.push_back(fs::relative(at->path(), files.root()).string());
    }
    std::ranges::sort(found);
    return found;
  }
  std::string any(bool folders) {
    const auto list = all(folders);
    return list.empty() ? "" : list[below(static_cast<unsigned>(list.size()))];
  }
  std::string read(const std::string& path) const {
    std::ifstream in(files.path(path), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// Cuts some lines out and puts some of another file in.
  std::string edited(const std::string& path) {
    auto text = read(path);
    const auto other = read(any(false));
    const auto place = [&](const std::string& of) {
      const auto at = of.find('\n', below(static_cast<unsigned>(of.size()) + 1));
      return at == of.npos ? of.size() : at + 1;
    };
    const auto cut = place(text);
    text.erase(cut, below(200));
    const auto from = place(other);
    text.insert(cut, other.substr(from, below(600)));
    return text;
  }

  void change_file() {
    if (const auto path = any(false); !path.empty() && path != ".gitignore")
      files.write(path, edited(path));
  }
  void atomic_save() {
    if (const auto path = any(false); !path.empty() && path != ".gitignore") {
      files.write(path + ".tmp", edited(path));
      files.move(path + ".tmp", path);
    }
  }
  void remove() {
    if (const auto path = any(below(6) == 0); !path.empty()) files.remove(path);
  }
  void create() {
    const auto folder = any(true);
    const auto name = "new" + std::to_string(++names_);
    files.write((folder.empty() ? "" : folder + "/") + (below(2) ? name + "/deep" : name) + ".py",
                "def made_" + name + "(x):\n    return " + name + "(x)\n");
  }
  void move_file() {
    const auto path = any(false);
    const auto to = any(true);
    if (!path.empty() && !to.empty())
      files.move(path,
                 to + "/moved" + std::to_string(++names_) + fs::path(path).extension().string());
  }
  void move_folder() {
    const auto from = any(true), to = any(true);
    if (from.empty() || to.empty() || (to + "/").starts_with(from + "/")) return;
    files.move(from, to + "/folder" + std::to_string(++names_));
  }
  void switch_branch() {
    commit();
    files.git({"checkout", "-q", below(2) ? "main" : "other"});
  }
  void ignore() {
    static const char* const lines[] = {"*.tmp\n", "*.tmp\n/protocol/\n", "*.tmp\n*.h\n",
                                        "*.tmp\n*.md\n!README.md\n"};
    files.write(".gitignore", lines[below(4)]);
  }

  std::mt19937 engine_;
  unsigned names_ = 0; // given away: no two things are called alike
};

struct both {
  std::vector<std::string> rows, answers;
};

/// The first difference, if there is one: whole lists would fill the screen.
std::string difference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> only_a, only_b;
  std::ranges::set_difference(a, b, std::back_inserter(only_a));
  std::ranges::set_difference(b, a, std::back_inserter(only_b));
  if (only_a.empty() && only_b.empty()) return a == b ? "" : "one has a row twice";
  std::string said = std::to_string(only_a.size()) + " rows too many, " +
                     std::to_string(only_b.size()) + " missing";
  if (!only_a.empty()) said += "; too many: " + only_a.front();
  if (!only_b.empty()) said += "; missing: " + only_b.front();
  return said;
}

both from_scratch(const std::string& root) {
  const tree state;
  const auto db = state.path("index.db");
  worker_process worker;
  worker.add(root, db);
  worker.settled();
  worker.end();
  both made{dump(db), {}};
  worker_process again;
  again.add(root, db);
  again.settled();
  made.answers = answers(again, questions_from(made.rows, 200));
  return made;
}

} // namespace

TEST_CASE("after random changes, kills and restarts the index equals a new one") {
  // ACPD_SEED, ACPD_KILLS and ACPD_REAL_TREE look further.
  const auto kills = number("ACPD_KILLS", 24);
  changing_tree made(number("ACPD_SEED", 1));
  const tree state;
  const auto db = state.path("index.db");
  auto worker = std::make_unique<worker_process>();
  worker->add(made.files.root(), db);
  unsigned compared = 0, large = 0;
  for (unsigned round = 1; round <= kills; ++round) {
    INFO("round " << round);
    for (auto changes = 1 + made.below(12); changes > 0; --changes)
      made.change();
    // Not to wait for something: the moment of the kill is the test's input.
    std::this_thread::sleep_for(std::chrono::microseconds(made.below(60'000)));
    worker->kill();
    if (made.below(3) == 0) made.change(); // nobody watches
    worker = std::make_unique<worker_process>();
    worker->add(made.files.root(), db);
    if (round % 8 != 0) continue;
    for (int i = 0; i < 5; ++i)
      made.change();
    worker->settled();
    const auto expected = from_scratch(made.files.root());
    CHECK(difference(answers(*worker, questions_from(expected.rows, 200)), expected.answers) == "");
    REQUIRE(worker->end() == 0);
    REQUIRE(difference(dump(db), expected.rows) == "");
    ++compared;
    large += expected.rows.size() > 1000 ? 1 : 0; // now and then nearly all of it is ignored
    worker = std::make_unique<worker_process>();
    worker->add(made.files.root(), db);
  }
  CHECK(2 * large > compared);
}
