#ifdef ACPD_FAULTS

#include "protocol/crash_point.h"
#include "server/store/writer.h"
#include "tests/server/store/support.h"

#include <catch2/catch.hpp>
#include <fstream>

namespace acpd::store {
namespace {
using namespace test;

/// A daemon that is to die at `point`: three batches of ten, with what the shim was told beside.
void run_and_die(const state_folder& dir, const std::string& point) {
  protocol::crash_plan::instance().arm(point);
  database db = open_database(dir.path());
  for (std::uint64_t n = 0; n < 3; ++n) {
    batch b;
    for (std::uint64_t seq = 10 * n + 1; seq <= 10 * n + 10; ++seq)
      b.append(make_entry(1, seq, chunk_line("update " + std::to_string(seq))));
    auto shim = make_shim(1, 1);
    b.put(shim);
    b.put(set_offset{1, 1000 * (n + 1), n + 2});
    db.commit(b);
  }
}

struct expected_state {
  const char* point;
  std::uint64_t head;
};

TEST_CASE("a crash at a named point leaves whole batches, entries and offset together") {
  const auto expected = GENERATE(
      expected_state{"store.before_commit", 0}, expected_state{"store.after_commit", 10},
      expected_state{"store.before_commit:2", 10}, expected_state{"store.after_commit:2", 20},
      expected_state{"store.before_commit:3", 20}, expected_state{"store.after_commit:3", 30});
  const state_folder dir;
  INFO(expected.point);
  REQUIRE(in_child([&] { run_and_die(dir, expected.point); }) == 137);
  database db = open_database(dir.path());
  reader r = open_reader(dir.path());
  CHECK(head_without_gap(r, 1) == expected.head);
  const auto shims = db.recover().shims;
  CHECK((shims.empty() ? 0 : shims[0].offset) == expected.head * 100);
  append(db, 1, expected.head + 1, expected.head + 5);
  CHECK(head_without_gap(r, 1) == expected.head + 5);
}

TEST_CASE("a crash between the commit of a start and its generation file keeps the epoch") {
  const state_folder dir;
  const std::string epoch = open_database(dir.path()).recover().epoch;
  for (int i = 0; i < 2; ++i) {
    REQUIRE(in_child([&] { run_and_die(dir, "store.before_generation"); }) == 137);
    if (i == 0) CHECK(open_database(dir.path()).recover().epoch == epoch);
  }
}

TEST_CASE("a crash around a checkpoint loses nothing that was done") {
  const auto* point = GENERATE("store.before_checkpoint:2", "store.after_checkpoint:2");
  const state_folder dir;
  const int status = in_child([&] {
    protocol::crash_plan::instance().arm(point);
    writer w(open_database(dir.path()), dir.path(), {});
    for (std::uint64_t seq = 1;; ++seq) {
      auto b = std::make_unique<batch>();
      b->append(make_entry(1, seq, chunk_line("x")));
      w.submit(std::move(b));
      wait_until([&] { return w.queued() == 0; });
      std::ofstream(dir.path() / "shown") << seq << std::flush;
    }
  });
  REQUIRE(status == 137);
  database db = open_database(dir.path());
  reader r = open_reader(dir.path());
  std::uint64_t shown = 0;
  std::ifstream(dir.path() / "shown") >> shown;
  CHECK(head_without_gap(r, 1) >= shown);
}

} // namespace
} // namespace acpd::store

#endif
