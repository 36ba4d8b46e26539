#include "indexer/files/gatherer.h"

#include <catch2/catch.hpp>

using namespace acpd::index;
using namespace std::chrono_literals;
using paths = std::vector<std::string>;

namespace {

const gather_times times;
const auto start = gatherer::time_point(1h);

} // namespace

TEST_CASE("nothing gathered is never due") {
  gatherer gather(times);
  CHECK_FALSE(gather.due());
  CHECK(gather.take(start).paths.empty());
}

TEST_CASE("a complete save waits only a moment, many changes until they pause") {
  gatherer gather(times);
  gather.file("a", start);
  CHECK(gather.due() == start + times.saved);
  for (int i = 0; i < 10; ++i)
    gather.file(std::to_string(i), start + 1ms);
  CHECK(gather.due() == start + 1ms + times.quiet);
}

TEST_CASE("changes without a pause are handed on at the cap") {
  gatherer gather(times);
  for (auto at = 0ms; at < 300ms; at += 1ms)
    gather.file("f" + std::to_string(at.count()), start + at);
  CHECK(gather.due() == start + times.most);
  CHECK(gather.take(start + times.most).paths.size() == 300);
  CHECK_FALSE(gather.due());
}

TEST_CASE("a file that is being written waits until it is closed, or for its own cap") {
  gatherer gather(times);
  gather.writing("log", start);
  gather.file("other", start);
  CHECK(gather.take(start + times.saved).paths == paths{"other"});
  CHECK(gather.due() == start + times.writing_quiet);
  for (auto at = 0ms; at < 2000ms; at += 50ms)
    gather.writing("log", start + at);
  CHECK(gather.due() == start + times.writing_most);
  gather.file("log", start + 10ms); // closed
  CHECK(gather.due() == start + 10ms + times.saved);
  CHECK(gather.take(start + 20ms).paths == paths{"log"});
  CHECK_FALSE(gather.due());
}

TEST_CASE("while git holds its lock a checkout is one batch") {
  gatherer gather(times);
  gather.lock(start);
  for (auto at = 0ms; at < 3000ms; at += 100ms) {
    gather.file("f" + std::to_string(at.count()), start + at);
    REQUIRE_FALSE(gather.is_due(start + at + 99ms));
  }
  gather.unlock();
  CHECK(gather.is_due(start + 3000ms));
  CHECK(gather.take(start + 3000ms).paths.size() == 30);
}

TEST_CASE("a lock that somebody forgot does not hold changes up") {
  gatherer gather(times);
  gather.lock(start);
  gather.file("a", start + times.lock_age + 1s);
  CHECK(gather.due() == start + times.lock_age + 1s + times.saved);
}

TEST_CASE("what stands below a folder to be compared is not told a second time") {
  gatherer gather(times);
  for (const auto* path : {"a", "a/x", "a-b/x", "b"})
    gather.file(path, start);
  for (const auto* path : {"a", "a/c", "a-c", "a/c/d"})
    gather.folder(path, start);
  const auto taken = gather.take(start + 1s);
  CHECK(taken.folders == paths{"a", "a-c"});
  CHECK(taken.paths == paths{"a", "a-b/x", "b"}); // "a" may have been a file
  gather.file("f", start);
  gather.folder("z", start);
  gather.folder("", start);
  const auto all = gather.take(start + 1s);
  CHECK(all.folders == paths{""});
  CHECK(all.paths.empty());
}
