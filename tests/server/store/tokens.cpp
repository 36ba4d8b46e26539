// Tokens of remote clients, and the way from the schema before them.
#include "server/store/schema.h"
#include "tests/server/store/support.h"

#include <catch2/catch.hpp>
#include <sqlite3.h>

namespace acpd::store {
namespace {
using namespace test;

/// Runs statements as another program would; gives the first column of each row.
std::vector<std::string> in_file(const std::filesystem::path& file, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  std::vector<std::string> rows;
  const auto row = [](void* out, int, char** values, char**) {
    static_cast<std::vector<std::string>*>(out)->emplace_back(values[0] ? values[0] : "");
    return 0;
  };
  char* error = nullptr;
  const int code = sqlite3_exec(db, sql, row, &rows, &error);
  INFO((error ? error : ""));
  REQUIRE(code == SQLITE_OK);
  sqlite3_close(db);
  return rows;
}

token_row make_token(std::int64_t id, std::string name) {
  return {.id = id,
          .name = std::move(name),
          .role = token_role::observer,
          .hash = std::string("\0\x01hash of thirty-two bytes......", 32),
          .created_ms = 11,
          .used_ms = 0};
}

TEST_CASE("tokens come back, change, and leave nothing when they are revoked") {
  const state_folder dir;
  {
    database db = open_database(dir.path());
    batch b;
    b.put(make_token(1, "laptop"));
    token_row used = make_token(2, "phone");
    b.put(used);
    used.used_ms = 99;
    b.put(used);
    b.put(make_token(3, "gone"));
    db.commit(b);
    batch revoked;
    revoked.put(erase_token{3});
    db.commit(revoked);
  }
  database db = open_database(dir.path());
  const recovered found = db.recover();
  REQUIRE(found.tokens.size() == 2);
  const token_row& first = found.tokens[0];
  CHECK(first.id == 1);
  CHECK(first.name == "laptop");
  CHECK(first.role == token_role::observer);
  CHECK(first.hash == make_token(1, "").hash);
  CHECK(first.created_ms == 11);
  CHECK(first.used_ms == 0);
  CHECK(found.tokens[1].used_ms == 99);
  CHECK(found.next_token == 4); // the number of a revoked one is not used again
}

TEST_CASE("a file of schema 1 becomes one of today's and keeps what is in it") {
  const state_folder dir, fresh;
  open_database(fresh.path());
  {
    database db = open_database(dir.path());
    batch b;
    b.put(make_session(1));
    db.commit(b);
    append(db, 1, 1, 3);
  }
  // Schema 2 is schema 1 and one table, schemas 3 and 4 are that and columns.
  in_file(dir.db(), "DROP TABLE tokens; PRAGMA user_version = 1;"
                    "ALTER TABLE sessions DROP COLUMN version;"
                    "ALTER TABLE sessions DROP COLUMN state;"
                    "ALTER TABLE sessions DROP COLUMN archived;"
                    "ALTER TABLE turns DROP COLUMN message_id;"
                    "ALTER TABLE turns DROP COLUMN progress");
  database db = open_database(dir.path());
  CHECK(db.recover().tokens.empty());
  CHECK(db.recover().next_token == 1);
  CHECK(db.recover().sessions.at(0).head == 3);
  const char* schema = "SELECT sql FROM sqlite_master ORDER BY name";
  CHECK(in_file(dir.db(), schema) == in_file(fresh.db(), schema));
  CHECK(in_file(dir.db(), "PRAGMA user_version") == std::vector{std::to_string(known_schema())});
}

} // namespace
} // namespace acpd::store
