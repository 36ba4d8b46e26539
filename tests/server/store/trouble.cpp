#include "server/store/schema.h"
#include "server/store/writer.h"
#include "tests/server/store/support.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <mutex>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace acpd::store {
namespace {
using namespace test;

const open_options impatient{.busy_wait = std::chrono::milliseconds(10)};

std::string trouble_of(const std::filesystem::path& dir, const open_options& options = {}) {
  const auto opened = database::open(dir, options);
  return opened ? "" : opened.error().text;
}

/// Another program that has sessions.db open.
class other_program {
public:
  explicit other_program(const std::filesystem::path& file) {
    REQUIRE(sqlite3_open(file.c_str(), &db_) == SQLITE_OK);
    sqlite3_busy_timeout(db_, 10'000);
  }
  ~other_program() { sqlite3_close(db_); }
  other_program(const other_program&) = delete;
  other_program& operator=(const other_program&) = delete;
  void run(const char* sql) {
    REQUIRE(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }

private:
  sqlite3* db_ = nullptr;
};

std::string locked_sentence(const state_folder& dir) {
  const std::string file = dir.db().string();
  return file + " is locked by another program: end it (`fuser " + file +
         "` names it), acpd then goes on by itself";
}

TEST_CASE("locked by another program: said at the start") {
  const state_folder dir;
  open_database(dir.path());
  other_program other(dir.db());
  other.run("BEGIN EXCLUSIVE");
  CHECK(trouble_of(dir.path(), impatient) == locked_sentence(dir));
  other.run("COMMIT");
  CHECK(trouble_of(dir.path(), impatient).empty());
}

TEST_CASE("locked in mid-run: said once, nothing shown, and over when the other has ended") {
  const state_folder dir;
  std::mutex mutex;
  std::vector<std::string> said;
  writer w(open_database(dir.path(), impatient), dir.path(),
           {.on_done = {}, .on_trouble = [&](const std::string& sentence) {
              const std::lock_guard lock(mutex);
              said.push_back(sentence);
            }});
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return said.size();
  };
  other_program other(dir.db());
  other.run("BEGIN IMMEDIATE");
  auto b = std::make_unique<batch>();
  b->append(make_entry(1, 1, "{}"));
  w.submit(std::move(b));
  wait_until([&] { return count() == 1; });
  CHECK(w.take_done().empty());
  other.run("ROLLBACK");
  wait_until([&] { return count() == 2; });
  wait_until([&] { return w.queued() == 0; });
  CHECK(w.take_done().size() == 1);
  CHECK(said == std::vector<std::string>{locked_sentence(dir), ""});
}

TEST_CASE("a newer acpd's file is left alone, by the daemon and by a reader") {
  const state_folder dir;
  open_database(dir.path());
  other_program(dir.db()).run("PRAGMA user_version = 99");
  const std::string sentence =
      dir.db().string() + " was written by a newer acpd (schema 99, this one knows up to " +
      std::to_string(known_schema()) + "): install that version again, or use another --state-dir";
  CHECK(trouble_of(dir.path()) == sentence);
  CHECK(reader::open(dir.path()).error().text == sentence);
}

TEST_CASE("no database, and a damaged one") {
  const state_folder dir;
  SECTION("a file of something else") {
    std::ofstream(dir.db()) << std::string(8192, 'x');
    CHECK(trouble_of(dir.path()).starts_with(dir.db().string() + " is damaged (file is not a "));
  }
  SECTION("cut in the middle") {
    {
      database db = open_database(dir.path());
      append(db, 1, 1, 1000);
    }
    std::filesystem::resize_file(dir.db(), 20'000);
    CHECK(trouble_of(dir.path()).starts_with(dir.db().string() + " is damaged ("));
  }
  SECTION("pages overwritten: what cannot be read throws with that sentence") {
    {
      database db = open_database(dir.path());
      append(db, 1, 1, 1000);
    }
    std::fstream file(dir.db(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 40);
    file << std::string(4096 * 60, '\x7f');
    file.close();
    reader r = open_reader(dir.path());
    CHECK_THROWS_WITH(all_entries(r, 1),
                      Catch::Contains(" is damaged (") && Catch::Contains("restore a backup"));
  }
  SECTION("a reader creates nothing") {
    CHECK_FALSE(reader::open(dir.path()));
    CHECK(std::filesystem::is_empty(dir.path()));
  }
  SECTION("no folder") { CHECK(trouble_of(dir.path() / "none").starts_with("cannot use ")); }
}

/// As a user whom permissions stop: root is not.
int as_ordinary_user(const state_folder& dir, const std::function<void()>& f) {
  constexpr uid_t nobody = 65534;
  if (::geteuid() == 0) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(dir.path()))
      if (::chown(file.path().c_str(), nobody, nobody) != 0) return -1;
    if (::chown(dir.path().c_str(), nobody, nobody) != 0) return -1;
  }
  return in_child([&] {
    if (::geteuid() == 0 && ::setresuid(nobody, nobody, nobody) != 0) ::_exit(2);
    f();
  });
}

void expect_not_writable(const state_folder& dir) {
  const std::string wanted =
      "cannot write " + dir.db().string() +
      ": the file, its folder or the file system is read-only for this user: make them writable, "
      "or give another folder with --state-dir";
  const std::string said = trouble_of(dir.path());
  if (said != wanted) throw std::runtime_error("said: " + said);
}

TEST_CASE("read-only: the folder, an existing file, a folder with a file") {
  const state_folder dir;
  SECTION("an empty folder") {
    CHECK(as_ordinary_user(dir, [&] {
            ::chmod(dir.path().c_str(), 0500);
            expect_not_writable(dir);
          }) == 0);
  }
  SECTION("a folder with a database in it") {
    open_database(dir.path());
    CHECK(as_ordinary_user(dir, [&] {
            ::chmod(dir.path().c_str(), 0500);
            expect_not_writable(dir);
          }) == 0);
  }
  SECTION("the file") {
    open_database(dir.path());
    CHECK(as_ordinary_user(dir, [&] {
            ::chmod(dir.db().c_str(), 0400);
            expect_not_writable(dir);
          }) == 0);
  }
}

} // namespace
} // namespace acpd::store
