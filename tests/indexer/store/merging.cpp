#include "tests/indexer/store/support.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fstream>

using namespace acpd::index;
using namespace acpd::index::testing;

namespace {

std::size_t segments(const store& s) {
  reader r(s);
  return r.look().entries().segments().size();
}

std::int64_t blocks_on_disk(const store& s) {
  reader r(s);
  const auto v = r.look();
  auto row = v.db().select("SELECT count(*) FROM block");
  REQUIRE(row.next());
  return row.integer(0);
}

/// One commit for each file, as saves do.
void save_many(store& s, int from, int to) {
  for (int i = from; i < to; ++i) {
    put(s, fmt::format("d/f{}.toy", i), fmt::format("def one{}\n common() rare{}()\n", i, i));
    s.commit();
  }
}

} // namespace

TEST_CASE("many saves do not leave many segments, and merging loses nothing") {
  folder f;
  store s(f / "index.db");
  save_many(s, 0, 100);
  CHECK(segments(s) == 100);
  const auto before = dump(s);
  while (s.maintain()) {
  }
  CHECK(segments(s) < 12);
  CHECK(dump(s) == before);
}

TEST_CASE("blocks of merged segments are deleted") {
  folder f;
  store s(f / "index.db");
  save_many(s, 0, 100);
  const auto before = blocks_on_disk(s);
  while (s.maintain()) {
  }
  CHECK(blocks_on_disk(s) < before / 4);
}

TEST_CASE("lists of what is gone are dropped when most of it is") {
  folder f;
  store s(f / "index.db");
  for (int i = 0; i < 30; ++i) {
    std::string text;
    for (int k = 0; k < 1000; ++k)
      text += fmt::format("def f{}x{}\n {} words\n", i, k, i);
    put(s, "a.toy", text);
    s.commit();
  }
  while (s.maintain()) {
  }
  reader r(s);
  std::uint64_t docs = 0;
  for (const auto& segment : r.look().entries().segments())
    docs += segment.docs;
  CHECK(docs <= 2 * 1000 + 10'000);
  CHECK(chunks_with(s, "words").size() == 1000);
}

TEST_CASE("a merge that a crash cut off is begun again") {
  folder f;
  std::vector<std::string> before;
  {
    store s(f / "index.db");
    for (int i = 0; i < 8; ++i) { // large enough that one slice does not merge them
      std::string text;
      for (int k = 0; k < 4000; ++k)
        text += fmt::format("def n{}x{}\n call{}x{}()\n", i, k, i, k);
      put(s, fmt::format("f{}.toy", i), text);
      s.commit();
    }
    before = dump(s);
    REQUIRE(s.maintain());
    std::filesystem::copy(f / "index.db", f / "cut.db");
    if (std::filesystem::exists(f / "index.db-wal"))
      std::filesystem::copy(f / "index.db-wal", f / "cut.db-wal");
  }
  store s(f / "cut.db");
  CHECK(s.rebuilt().empty());
  CHECK(dump(s) == before);
  while (s.maintain()) {
  }
  CHECK(segments(s) == 1);
  CHECK(dump(s) == before);
}

TEST_CASE("saves during a merge are found during it and after") {
  folder f;
  store s(f / "index.db");
  for (int i = 0; i < 8; ++i) {
    std::string text;
    for (int k = 0; k < 4000; ++k)
      text += fmt::format("def n{}x{}\n call{}x{}()\n", i, k, i, k);
    put(s, fmt::format("f{}.toy", i), text);
    s.commit();
  }
  REQUIRE(s.maintain());
  put(s, "f3.toy", "def changed\n novelty\n");
  s.erase("f4.toy");
  s.commit();
  CHECK(chunks_with(s, "novelty") == std::vector<std::string>{"f3.toy:1"});
  const auto during = dump(s);
  while (s.maintain()) {
  }
  CHECK(dump(s) == during);
}
