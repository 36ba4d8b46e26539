#include "server/store/writer.h"
#include "tests/server/store/support.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

namespace acpd::store {
namespace {
using namespace test;

std::unique_ptr<batch> one(std::uint64_t seq, bool durable = false) {
  auto b = std::make_unique<batch>();
  b->append(make_entry(1, seq, chunk_line("update " + std::to_string(seq))));
  if (durable) b->make_durable();
  return b;
}

TEST_CASE("batches are done in the order of submit, and only when a reader sees them") {
  const state_folder dir;
  std::atomic<int> bells = 0;
  writer w(open_database(dir.path()), dir.path(), {.on_done = [&] { ++bells; }, .on_trouble = {}});
  reader r = open_reader(dir.path());
  constexpr std::uint64_t count = 2000;
  for (std::uint64_t seq = 1; seq <= count; ++seq)
    w.submit(one(seq, seq % 100 == 0));
  std::uint64_t done = 0;
  while (done < count) {
    wait_until([&] { return bells.exchange(0) > 0; }); // the done list was empty, and is no more
    for (const auto& b : w.take_done())
      REQUIRE(b->entries().at(0).seq == ++done);
    REQUIRE(head_without_gap(r, 1) >= done);
  }
  CHECK(w.queued() == 0);
  CHECK(w.take_done().empty());
}

TEST_CASE("the end commits what is queued and keeps cursors valid over a reboot") {
  const state_folder dir;
  const open_options boot_1{.boot_id = "boot-1"};
  std::string epoch;
  {
    database db = open_database(dir.path(), boot_1);
    epoch = db.recover().epoch;
    writer w(std::move(db), dir.path(), {});
    for (std::uint64_t seq = 1; seq <= 500; ++seq)
      w.submit(one(seq));
  }
  CHECK_FALSE(std::filesystem::exists(dir.path() / "sessions.db-wal")); // all is in sessions.db
  database db = open_database(dir.path(), {.boot_id = "boot-2"});
  CHECK(db.recover().epoch == epoch);
  reader r = open_reader(dir.path());
  CHECK(head_without_gap(r, 1) == 500);
}

TEST_CASE("checkpoints bring the log into sessions.db while the daemon runs") {
  const state_folder dir;
  writer w(open_database(dir.path()), dir.path(), {});
  const auto size_before = std::filesystem::file_size(dir.db());
  for (std::uint64_t seq = 1; seq <= 500; ++seq)
    w.submit(one(seq));
  wait_until([&] { return std::filesystem::file_size(dir.db()) > size_before + 50'000; });
}

TEST_CASE("the writer removes what was deleted by itself, also what a daemon before left") {
  const state_folder dir;
  {
    database db = open_database(dir.path());
    batch b;
    b.put(make_session(1));
    b.put(make_session(2));
    b.put(bury_session{1});
    db.commit(b);
    append(db, 1, 1, 1000);
    append(db, 2, 1, 1000);
  }
  writer w(open_database(dir.path()), dir.path(), {});
  reader r = open_reader(dir.path());
  wait_until([&] { return head_without_gap(r, 2) == 1000 && all_entries(r, 1).empty(); });
  auto b = std::make_unique<batch>();
  b->put(bury_session{2});
  w.submit(std::move(b));
  wait_until([&] { return all_entries(r, 2).empty(); });
}

TEST_CASE("reading goes on beside writing, each time without a gap") {
  const state_folder dir;
  writer w(open_database(dir.path()), dir.path(), {});
  reader r = open_reader(dir.path());
  constexpr std::uint64_t count = 3000;
  std::thread producer([&] {
    for (std::uint64_t seq = 1; seq <= count; ++seq)
      w.submit(one(seq));
  });
  std::uint64_t head = 0;
  while (head < count) {
    const std::uint64_t now = head_without_gap(r, 1);
    REQUIRE(now >= head);
    head = now;
  }
  producer.join();
}

} // namespace
} // namespace acpd::store
