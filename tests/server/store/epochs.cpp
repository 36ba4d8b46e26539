#include "tests/server/store/support.h"

#include <catch2/catch.hpp>
#include <fstream>

namespace acpd::store {
namespace {
using namespace test;

const open_options first_boot{.boot_id = "boot-1"};
const open_options second_boot{.boot_id = "boot-2"};

/// One daemon's life: gives its epoch.
std::string run_daemon(const state_folder& dir, const open_options& options, bool clean,
                       std::uint64_t from = 1, std::uint64_t to = 0) {
  database db = open_database(dir.path(), options);
  if (from == 1 && to > 0) {
    batch b;
    b.put(make_session(1));
    db.commit(b);
  }
  if (from <= to) append(db, 1, from, to);
  if (clean) db.mark_clean_shutdown();
  return db.recover().epoch;
}

TEST_CASE("the epoch outlives any crash of the program") {
  const state_folder dir;
  const auto epoch = run_daemon(dir, first_boot, false, 1, 10);
  CHECK(run_daemon(dir, first_boot, false) == epoch);
  CHECK(run_daemon(dir, first_boot, true) == epoch);
}

TEST_CASE("a reboot after a clean shutdown keeps the epoch") {
  const state_folder dir;
  const auto epoch = run_daemon(dir, first_boot, true, 1, 10);
  CHECK(run_daemon(dir, second_boot, false) == epoch);
  SECTION("that shutdown counts once") { CHECK(run_daemon(dir, first_boot, false) != epoch); }
}

TEST_CASE("a reboot without a clean shutdown renews the epoch and records the head found") {
  const state_folder dir;
  const auto epoch = run_daemon(dir, first_boot, false, 1, 10);
  const auto renewed = run_daemon(dir, second_boot, false, 11, 20);
  CHECK(renewed != epoch);
  const auto third = run_daemon(dir, first_boot, false, 21, 30);
  CHECK(third != renewed);
  reader r = open_reader(dir.path());
  CHECK(r.head_in_epoch(epoch, 1) == 10);
  CHECK(r.head_in_epoch(renewed, 1) == 20);
  CHECK_FALSE(r.head_in_epoch(third, 1)); // the present one was not renewed
  CHECK_FALSE(r.head_in_epoch(epoch, 2)); // no such session then
  CHECK_FALSE(r.head_in_epoch("0123456789abcdef", 1));
}

TEST_CASE("a restored sessions.db renews the epoch") {
  const state_folder dir;
  const auto epoch = run_daemon(dir, first_boot, true, 1, 10);
  const auto backup = dir.path() / "backup";
  std::filesystem::copy_file(dir.db(), backup);
  CHECK(run_daemon(dir, first_boot, true, 11, 20) == epoch);
  std::filesystem::copy_file(backup, dir.db(), std::filesystem::copy_options::overwrite_existing);
  CHECK(run_daemon(dir, first_boot, true) != epoch);
  reader r = open_reader(dir.path());
  CHECK(r.head_in_epoch(epoch, 1) == 10); // the cursors 12 to 21 are not honoured
}

TEST_CASE("a copy taken while the daemon ran and put back after it ended renews the epoch") {
  const state_folder dir;
  const auto backup = dir.path() / "backup";
  std::string epoch;
  {
    database db = open_database(dir.path(), first_boot);
    epoch = db.recover().epoch;
    std::filesystem::copy_file(dir.db(), backup);
    db.mark_clean_shutdown();
  }
  std::filesystem::copy_file(backup, dir.db(), std::filesystem::copy_options::overwrite_existing);
  CHECK(run_daemon(dir, first_boot, false) != epoch);
}

TEST_CASE("a restored copy of the whole folder renews the epoch") {
  const state_folder dir;
  const state_folder other;
  const auto epoch = run_daemon(dir, first_boot, true, 1, 10);
  std::filesystem::copy(dir.path(), other.path(), std::filesystem::copy_options::recursive);
  CHECK(run_daemon(other, first_boot, true) != epoch);
  CHECK(open_reader(other.path()).head_in_epoch(epoch, 1) == 10);
  CHECK(run_daemon(dir, first_boot, true) == epoch);
}

TEST_CASE("a missing or foreign generation file renews the epoch") {
  const state_folder dir;
  const auto epoch = run_daemon(dir, first_boot, true, 1, 10);
  SECTION("missing") { std::filesystem::remove(dir.path() / "generation"); }
  SECTION("empty") { std::ofstream(dir.path() / "generation") << ""; }
  SECTION("foreign") { std::ofstream(dir.path() / "generation") << "0123456789abcdef 1\n"; }
  CHECK(run_daemon(dir, first_boot, true) != epoch);
}

TEST_CASE("a moved state folder keeps its epoch") {
  const state_folder dir;
  const state_folder parent;
  const auto epoch = run_daemon(dir, first_boot, true, 1, 10);
  std::filesystem::rename(dir.path(), parent.path() / "moved");
  database db = open_database(parent.path() / "moved", first_boot);
  CHECK(db.recover().epoch == epoch);
}

} // namespace
} // namespace acpd::store
