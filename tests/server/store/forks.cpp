// Rows of agents that speak ACP v2, and logs that begin as a copy.
#include "tests/server/store/support.h"

#include <catch2/catch.hpp>

namespace acpd::store {
namespace {

using namespace test;

TEST_CASE("a copy of a log has its entries and folds up to the place, and goes on by itself") {
  const state_folder dir;
  database db = open_database(dir.path());
  batch b;
  b.put(make_session(1));
  db.commit(b);
  append(db, 1, 1, 6);
  batch fork;
  fork.put(make_session(2));
  fork.put(copy_log{1, 2, 4});
  db.commit(fork);
  append(db, 2, 5, 5);
  reader r = open_reader(dir.path());
  const auto parent = all_entries(r, 1), copy = all_entries(r, 2);
  REQUIRE(copy.size() == 5);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(copy[i].bytes == parent[i].bytes);
    CHECK(copy[i].fields.splice == parent[i].fields.splice);
    CHECK(copy[i].fields.at_ms == parent[i].fields.at_ms);
  }
  CHECK(parent.size() == 6);
  CHECK(head_without_gap(r, 2) == 5);
}

TEST_CASE("what a turn and a session of a v2 agent need to go on is found again") {
  const state_folder dir;
  {
    database db = open_database(dir.path());
    batch b;
    session_row s = make_session(1);
    s.version = 2;
    s.state = R"({"state":"running"})";
    b.put(s);
    turn_row t = make_turn(7, 1, turn_state::running);
    t.message_id = "u1";
    t.progress = 5;
    b.put(t);
    db.commit(b);
  }
  const auto found = open_database(dir.path()).recover();
  CHECK(found.sessions.at(0).row.version == 2);
  CHECK(found.sessions.at(0).row.state == R"({"state":"running"})");
  CHECK(found.turns.at(0).message_id == "u1");
  CHECK(found.turns.at(0).progress == 5);
}

} // namespace
} // namespace acpd::store
