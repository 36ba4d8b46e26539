#include "server/store/writer.h"
#include "tests/server/store/power_vfs.h"
#include "tests/server/store/support.h"

#include <catch2/catch.hpp>
#include <random>

namespace acpd::store {
namespace {
using namespace test;

const open_options before_loss{.boot_id = "boot-1", .vfs = power_vfs::vfs_name};
const open_options after_loss{.boot_id = "boot-2"};

/// What the machine finds: the log without a gap, up to a head that is checked.
std::uint64_t head_after_loss(power_vfs& disk, const state_folder& dir, unsigned survivors,
                              unsigned seed, std::int64_t session = 1) {
  const state_folder found;
  disk.lose_power(dir.path(), found.path(), survivors, seed);
  database db = open_database(found.path(), after_loss);
  reader r = open_reader(found.path());
  const auto entries = all_entries(r, session);
  for (const auto& e : entries)
    REQUIRE(e.bytes == chunk_line("update " + std::to_string(e.fields.seq)));
  return head_without_gap(r, session);
}

TEST_CASE("the disk of these tests loses what was not synced, and only that") {
  power_vfs disk;
  const state_folder dir;
  database db = open_database(dir.path(), before_loss);
  append(db, 1, 1, 10, true);
  append(db, 1, 11, 20, false);
  reader r = open_reader(dir.path(), before_loss);
  CHECK(head_without_gap(r, 1) == 20);
  CHECK(head_after_loss(disk, dir, 0, 1) == 10);
}

TEST_CASE("power loss: every durable batch survives, and of the others a prefix") {
  power_vfs disk;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 dice(seed);
    const state_folder dir;
    database db = open_database(dir.path(), before_loss);
    std::uint64_t head = 0;
    std::uint64_t durable_head = 0;
    const unsigned batches = 1 + dice() % 30;
    for (unsigned i = 0; i < batches; ++i) {
      const std::uint64_t size = 1 + dice() % 40;
      const bool durable = dice() % 4 == 0;
      append(db, 1, head + 1, head + size, durable);
      head += size;
      if (durable) durable_head = head;
    }
    const unsigned survivors = dice() % 101;
    const std::uint64_t found = head_after_loss(disk, dir, survivors, seed);
    INFO("seed " << seed << ", survivors " << survivors << " %");
    CHECK(found >= durable_head);
    CHECK(found <= head);
  }
}

TEST_CASE("power loss while checkpoints run: the same") {
  power_vfs disk;
  for (unsigned seed = 1; seed <= 6; ++seed) {
    const state_folder dir;
    writer w(open_database(dir.path(), before_loss), dir.path(), {});
    std::uint64_t head = 0;
    std::uint64_t durable_head = 0;
    std::uint64_t checkpointed = 0; // size of sessions.db: it grows when a checkpoint moved pages
    while (checkpointed < 400'000) {
      auto b = std::make_unique<batch>();
      for (int i = 0; i < 20; ++i) {
        ++head;
        b->append(make_entry(1, head, chunk_line("update " + std::to_string(head))));
      }
      const bool durable = head % 200 == 0;
      if (durable) b->make_durable();
      w.submit(std::move(b));
      wait_until([&] { return w.queued() == 0; });
      if (durable) durable_head = head;
      checkpointed = std::filesystem::file_size(dir.db());
    }
    const std::uint64_t found = head_after_loss(disk, dir, 20 * (seed % 6), seed);
    CHECK(found >= durable_head);
    CHECK(found <= head);
  }
}

TEST_CASE("after a power loss a cursor above what is left is known to be of another log") {
  power_vfs disk;
  const state_folder dir;
  const state_folder found;
  database db = open_database(dir.path(), before_loss);
  batch b;
  b.put(make_session(1));
  b.make_durable();
  db.commit(b);
  append(db, 1, 1, 10, true);
  append(db, 1, 11, 20, false); // shown to somebody, and lost
  disk.lose_power(dir.path(), found.path(), 0, 1);
  database again = open_database(found.path(), after_loss);
  CHECK(again.recover().epoch != db.recover().epoch);
  CHECK(open_reader(found.path()).head_in_epoch(db.recover().epoch, 1) == 10);
}

TEST_CASE("after a clean shutdown nothing is lost with the power, and the epoch stays") {
  power_vfs disk;
  const state_folder dir;
  database db = open_database(dir.path(), before_loss);
  append(db, 1, 1, 20, false);
  db.mark_clean_shutdown();
  CHECK(head_after_loss(disk, dir, 0, 1) == 20);
}

TEST_CASE("a full disk: said, nothing is dropped or reordered, and it goes on by itself") {
  power_vfs disk;
  const state_folder dir;
  std::mutex mutex;
  std::vector<std::string> said;
  {
    writer w(open_database(dir.path(), before_loss), dir.path(),
             {.on_done = {}, .on_trouble = [&](const std::string& sentence) {
                const std::lock_guard lock(mutex);
                said.push_back(sentence);
              }});
    auto submit = [&, seq = std::uint64_t{0}]() mutable {
      auto b = std::make_unique<batch>();
      ++seq;
      b->append(make_entry(1, seq, chunk_line("update " + std::to_string(seq))));
      w.submit(std::move(b));
    };
    const auto sentences = [&] {
      const std::lock_guard lock(mutex);
      return said.size();
    };
    submit();
    wait_until([&] { return w.queued() == 0; });
    CHECK(w.take_done().size() == 1);
    disk.set_full(true);
    for (int i = 0; i < 10; ++i)
      submit();
    wait_until([&] { return sentences() == 1; });
    CHECK(w.take_done().empty());
    CHECK(w.queued() == 10);
    disk.set_full(false);
    wait_until([&] { return w.queued() == 0; });
    CHECK(w.take_done().size() == 10);
    CHECK(sentences() == 2);
  }
  REQUIRE(said.size() == 2);
  CHECK(said[0] == "no space left for " + dir.db().string() +
                       ": free some on that disk (or raise the quota), acpd then goes on by "
                       "itself");
  CHECK(said[1].empty());
  reader r = open_reader(dir.path(), before_loss);
  CHECK(head_without_gap(r, 1) == 11);
}

TEST_CASE("a full disk at the start is said") {
  power_vfs disk;
  const state_folder dir;
  disk.set_full(true);
  const auto opened = database::open(dir.path(), before_loss);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().text.starts_with("no space left for "));
}

} // namespace
} // namespace acpd::store
