// What one workspace's lane does with a listing that is older than what it has read.
#include "indexer/worker/lane.h"
#include "tests/indexer/files/tree.h"

#include <catch2/catch.hpp>

using namespace acpd::index;
using namespace acpd::index::test;

namespace {

struct open_lane {
  explicit open_lane(const tree& files)
      : info(std::make_shared<workspace_info>("w", files.root(), db.path("index.db"))) {
    info->real_root = files.root();
    rules = ignore_rules::load(files.root());
    REQUIRE(of.open());
  }

  void compare(const listing& found) {
    change_batch all;
    all.sweep.push_back({"", found});
    of.apply(all, rules);
    while (auto task = of.next_task())
      of.keep(parse_now(*task, 0));
    of.step(std::chrono::steady_clock::now());
  }
  bool knows(const std::string& path) const { return info->index()->find(path).has_value(); }

  tree db;
  std::shared_ptr<workspace_info> info;
  std::shared_ptr<const ignore_rules> rules;
  lane of{info, 1};
};

} // namespace

TEST_CASE("a file that somebody asked about stays, although an older listing lacks it") {
  const tree files;
  files.write("old.py", "def old(): pass\n");
  files.write("gone.py", "def gone(): pass\n");
  open_lane at(files);
  at.compare(*list_files(*at.rules));
  REQUIRE(at.knows("gone.py"));

  files.remove("gone.py");
  const auto older = *list_files(*at.rules);
  files.write("new.py", "def new(): pass\n");
  at.of.look_allowed({"new.py"});
  at.compare(older);
  CHECK(at.knows("new.py"));
  CHECK(at.knows("old.py"));
  CHECK_FALSE(at.knows("gone.py"));

  files.remove("new.py");
  at.compare(older);
  CHECK_FALSE(at.knows("new.py"));
}
