// Power loss, as a file system that keeps only what was synced: the runner's promise for it.
#include "tests/server/runner/harness.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <map>
#include <sqlite3.h>

using namespace acpd::runner::testing;

namespace {

namespace fs = std::filesystem;

// SQLite's own VFS, but each sync of a file keeps a copy of it as it is then: FILE.synced.
struct syncing_vfs {
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  sqlite3_io_methods methods{};
  const sqlite3_io_methods* real_methods = nullptr;
  std::map<sqlite3_file*, std::string> paths;
};
syncing_vfs lossy;

int keep_copy(sqlite3_file* file, int flags) {
  int rc = lossy.real_methods->xSync(file, flags);
  const auto& path = lossy.paths[file];
  if (rc == SQLITE_OK) fs::copy_file(path, path + ".synced", fs::copy_options::overwrite_existing);
  return rc;
}

int open_kept(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  int rc = lossy.real->xOpen(lossy.real, name, file, flags, out_flags);
  bool kept = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
  if (rc != SQLITE_OK || !kept) return rc;
  if (lossy.real_methods == nullptr) {
    lossy.real_methods = file->pMethods;
    lossy.methods = *file->pMethods;
    lossy.methods.xSync = keep_copy;
  }
  lossy.paths[file] = name;
  file->pMethods = &lossy.methods;
  return rc;
}

void register_lossy() {
  lossy.real = sqlite3_vfs_find(nullptr);
  lossy.vfs = *lossy.real;
  lossy.vfs.zName = "lossy";
  lossy.vfs.xOpen = open_kept;
  sqlite3_vfs_register(&lossy.vfs, 1);
}

// What the disk holds after the lights went out.
void lose_power(const std::string& database) {
  for (const auto& path : {database, database + "-wal"}) {
    fs::remove(path);
    if (fs::exists(path + ".synced")) fs::rename(path + ".synced", path);
  }
  fs::remove(database + "-shm");
  // The next start is another boot of the machine.
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(database.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "UPDATE jobs SET owner = 'another-boot:1:1' WHERE owner <> ''", nullptr,
                       nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

std::int64_t number_after(const std::string& text, const std::string& words) {
  auto at = text.find(words);
  REQUIRE(at != std::string::npos);
  return std::stoll(text.substr(at + words.size()));
}

} // namespace

TEST_CASE("after power loss nothing that was shown as finished runs again") {
  for (std::int64_t enough : {1, 25, 60}) {
    scratch dir;
    dir.numbered_files(200);
    auto database = dir.path() + "/runner.db";
    std::string session;
    std::int64_t shown = 0;
    {
      runner_process runner(database, register_lossy);
      session = runner.open(dir.path());
      runner.prompt(session, "/each *.c --jobs 2 -- echo {} >> log; sleep 0.02");
      while (shown < enough) {
        auto frame = runner.next();
        auto* params = frame.if_contains("params");
        auto* meta = params ? params->as_object().if_contains("_meta") : nullptr;
        if (meta) shown = meta->at("acpd/progress").at("done").as_int64();
      }
    }
    lose_power(database);
    runner_process runner(database);
    runner.load(session, dir.path());
    auto said = runner.run(session, "/continue").said();
    INFO(said);
    auto kept = number_after(said, "of 200; ");
    CHECK(kept >= shown);
    CHECK(said.find("run again: ") != std::string::npos);
    CHECK(said.ends_with("200/200 files, none failed"));
    std::map<std::string, int> times;
    for (const auto& line : dir.lines("log"))
      ++times[line];
    CHECK(times.size() == 200);
    auto once = std::ranges::count_if(times, [](auto& one) { return one.second == 1; });
    CHECK(once >= kept);
  }
}
