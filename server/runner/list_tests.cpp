#include "protocol/errors.h"
#include "server/runner/listing.h"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <set>
#include <sys/stat.h>

namespace acpd::runner {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* marker = "CTestTestfile.cmake";

std::unexpected<protocol::failure> bad(std::string text) {
  return std::unexpected(protocol::failure{protocol::invalid_params, std::move(text)});
}

struct candidate {
  std::string path;
  timespec changed{};
};

bool newer(const candidate& a, const candidate& b) {
  if (a.changed.tv_sec != b.changed.tv_sec) return a.changed.tv_sec > b.changed.tv_sec;
  if (a.changed.tv_nsec != b.changed.tv_nsec) return a.changed.tv_nsec > b.changed.tv_nsec;
  return a.path < b.path;
}

// Looks for test trees in the folders below, not inside one that was found.
void search(const fs::path& folder, int levels, std::vector<candidate>& out) {
  struct stat found{};
  if (::stat((folder / marker).c_str(), &found) == 0) {
    out.push_back({folder.native(), found.st_mtim});
    return;
  }
  if (levels == 0) return;
  std::error_code ec;
  for (fs::directory_iterator at(folder, ec), end; !ec && at != end; at.increment(ec)) {
    std::error_code type_ec;
    if (at->is_directory(type_ec) && at->path().filename() != ".git" &&
        at->path().filename() != "node_modules")
      search(at->path(), levels - 1, out);
  }
}

const json::value* find(const json::value& in, std::string_view key) {
  auto* object = in.if_object();
  return object ? object->if_contains(key) : nullptr;
}

std::string_view text_of(const json::value* v) {
  auto* s = v ? v->if_string() : nullptr;
  return s ? std::string_view(*s) : std::string_view{};
}

struct test_properties {
  bool disabled = false;
  bool alone = false; // shares something with other tests: ctest itself would keep them apart
};

test_properties properties_of(const json::value& test) {
  static const std::set<std::string_view> apart{"RUN_SERIAL",        "RESOURCE_LOCK",
                                                "FIXTURES_SETUP",    "FIXTURES_CLEANUP",
                                                "FIXTURES_REQUIRED", "DEPENDS"};
  test_properties out;
  auto* list = find(test, "properties");
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& one : list->get_array()) {
    auto name = text_of(find(one, "name"));
    auto* value = find(one, "value");
    bool off = value == nullptr || (value->is_bool() && !value->get_bool());
    if (name == "DISABLED" && !off) out.disabled = true;
    if (apart.contains(name) && !off) out.alone = true;
  }
  return out;
}

class test_listing : public listing {
public:
  test_listing(job_store& store, children& processes, const job_row& job)
      : store_(store), processes_(processes), job_(job) {}

  protocol::result<progress> step() override {
    if (!started_) return start();
    output_ += processes_.take({job_.id, 0});
    if (!ended_) return progress::wait;
    if (auto stored = store_tests(); !stored) return std::unexpected(stored.error());
    return progress::done;
  }

  void on_ended(ended_child child) override {
    output_ += child.output;
    status_ = child.status;
    ended_ = true;
  }

private:
  protocol::result<progress> start() {
    std::vector<candidate> trees;
    search(job_.cwd, 3, trees);
    if (trees.empty())
      return bad("no CTest tree in or below " + job_.cwd +
                 ": configure and build first, or give the suite's command: /test COMMAND");
    std::ranges::sort(trees, newer);
    job_.script = script_ = trees.front().path;
    store_.set_script(job_);
    if (trees.size() > 1)
      note_ = "testing " + job_.script + ", the newest of " + std::to_string(trees.size()) +
              " build directories";
    auto begun = processes_.start({job_.id, 0},
                                  {"sh", "-c",
                                   R"(exec ctest --test-dir "$1" --show-only=json-v1 2>/dev/null)",
                                   "sh", job_.script},
                                  job_.cwd, job_.mark, true);
    if (!begun) return std::unexpected(begun.error());
    started_ = true;
    return progress::wait;
  }

  protocol::result<void> store_tests() {
    boost::system::error_code ec;
    auto listed = json::parse(output_, ec);
    auto* tests = find(listed, "tests");
    if (status_ != 0 || ec || tests == nullptr || !tests->is_array())
      return bad("ctest cannot list the tests of " + job_.script + ": run ctest --test-dir " +
                 job_.script + " -N to see why");
    std::vector<item> items;
    std::set<std::string> seen; // one run of a name runs all tests of that name
    std::int64_t disabled = 0;
    for (const auto& test : tests->get_array()) {
      std::string name{text_of(find(test, "name"))};
      auto properties = properties_of(test);
      disabled += properties.disabled;
      if (properties.disabled || name.empty() || !seen.insert(name).second) continue;
      items.push_back({++total_, name, properties.alone});
    }
    if (items.empty()) return bad("CTest finds no test in " + job_.script);
    if (disabled > 0)
      note_ += (note_.empty() ? "" : "; ") + std::to_string(disabled) + " disabled, left out";
    store_.add_items(job_.id, items);
    return {};
  }

  job_store& store_;
  children& processes_;
  job_row job_;
  std::string output_;
  int status_ = 0;
  bool started_ = false;
  bool ended_ = false;
};

} // namespace

std::unique_ptr<listing> list_tests(job_store& store, children& processes, const job_row& job) {
  return std::make_unique<test_listing>(store, processes, job);
}

} // namespace acpd::runner
