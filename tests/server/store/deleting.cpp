#include "server/store/sweep.h"
#include "server/store/writer.h"
#include "tests/server/store/support.h"

#include <catch2/catch.hpp>

namespace acpd::store {
namespace {
using namespace test;

constexpr std::int64_t now_ms = 1'800'000'000'000;

void bury(database& db, std::int64_t session) {
  batch b;
  b.put(bury_session{session});
  b.make_durable();
  db.commit(b);
}

TEST_CASE("burying hides a session and wipes its secrets at once, and only its own") {
  const state_folder dir;
  database db = open_database(dir.path());
  batch b;
  b.put(make_session(3));
  b.put(make_session(33));
  b.put(make_shim(7, 3));
  b.put(make_shim(70, 33));
  auto secret = make_outgoing(7, 1, outgoing_kind::response);
  secret.secret = true;
  b.put(secret);
  b.put(make_outgoing(7, 2, outgoing_kind::notification));
  b.put(put_secret{"session:3", "a"});
  b.put(put_secret{"session:33", "b"});
  b.put(put_secret{"outgoing:7:1", "c"});
  b.put(put_secret{"outgoing:70:1", "d"});
  b.put(put_secret{"auth:codex", "e"});
  b.put(make_turn(1, 3, turn_state::running));
  b.put(make_question(1, 3, question_state::pending));
  db.commit(b);
  CHECK_FALSE(db.take_wal_has_secrets());
  bury(db, 3);
  CHECK(db.take_wal_has_secrets());

  const recovered found = db.recover();
  REQUIRE(found.sessions.size() == 1);
  CHECK(found.sessions[0].row.id == 33);
  CHECK(found.turns.empty());
  CHECK(found.questions.empty());
  CHECK(found.shims.size() == 2); // a daemon that died now must still find the process
  REQUIRE(found.outgoing.size() == 1);
  CHECK(found.outgoing[0].n == 2);
  reader r = open_reader(dir.path());
  CHECK_FALSE(r.secret("session:3"));
  CHECK_FALSE(r.secret("outgoing:7:1"));
  CHECK(r.secret("session:33") == "b");
  CHECK(r.secret("outgoing:70:1") == "d");
  CHECK(r.secret("auth:codex") == "e");
}

TEST_CASE("the secret of an outgoing line goes with the line, those of a shim with the shim") {
  const state_folder dir;
  database db = open_database(dir.path());
  batch b;
  for (const char* owner : {"outgoing:1:1", "outgoing:1:2", "outgoing:12:1"})
    b.put(put_secret{owner, "x"});
  b.put(make_shim(1, 1));
  b.put(make_outgoing(1, 2, outgoing_kind::request));
  b.put(erase_outgoing{1, 1});
  db.commit(b);
  reader r = open_reader(dir.path());
  CHECK_FALSE(r.secret("outgoing:1:1"));
  CHECK(r.secret("outgoing:1:2"));
  b.clear();
  b.put(erase_shim{1});
  db.commit(b);
  CHECK_FALSE(r.secret("outgoing:1:2"));
  CHECK(r.secret("outgoing:12:1"));
  CHECK(db.recover().shims.empty());
  CHECK(db.recover().outgoing.empty());
}

TEST_CASE("a buried session's rows go in slices, other sessions' stay") {
  const state_folder dir;
  database db = open_database(dir.path());
  batch b;
  b.put(make_session(1));
  b.put(make_session(2));
  b.put(make_turn(1, 1, turn_state::ended));
  b.put(make_question(1, 1, question_state::answered));
  b.put(fold_row{1, 1, 30, {{"x", "x"}}});
  db.commit(b);
  append(db, 1, 1, 30);
  append(db, 2, 1, 30);
  bury(db, 1);
  reader r = open_reader(dir.path());

  CHECK(db.sweep(10, now_ms));
  CHECK(all_entries(r, 1).size() == 20);
  CHECK(db.sweep(10, now_ms));
  CHECK(db.sweep(10, now_ms));
  CHECK_FALSE(db.sweep(10, now_ms));
  CHECK(all_entries(r, 1).empty());
  CHECK_FALSE(r.turn(1));
  CHECK_FALSE(r.question(1));
  CHECK(all_entries(r, 2).size() == 30);
  CHECK(db.recover().next_session == 3);
}

TEST_CASE("keys outlive their session by 30 days, keys of no session their answer") {
  const state_folder dir;
  database db = open_database(dir.path());
  batch b;
  b.put(make_session(1));
  b.put(make_session(2));
  b.put(make_key("of 1", 1, 5));
  b.put(make_key("of 2", 2, 5));
  b.put(make_key("of none", 0, now_ms));
  b.put(make_key("open", 0, 0));
  db.commit(b);
  bury(db, 1);
  CHECK_FALSE(db.sweep(100, now_ms)); // the 30 days begin
  CHECK_FALSE(db.sweep(100, now_ms + key_lifetime_ms - 1));
  reader r = open_reader(dir.path());
  CHECK(r.key("of 1"));
  CHECK(r.key("of none"));
  CHECK_FALSE(db.sweep(100, now_ms + key_lifetime_ms));
  CHECK_FALSE(r.key("of 1"));
  CHECK_FALSE(r.key("of none"));
  CHECK(r.key("of 2"));
  CHECK(r.key("open"));
  batch again;
  again.put(make_session(1)); // the tombstone itself is gone, too
  db.commit(again);
  CHECK(db.recover().sessions.size() == 2);
  CHECK(db.recover().next_session == 3);
}

TEST_CASE("what was deleted is soon in no file any more, while the daemon runs on") {
  const state_folder dir;
  const std::string secret = "hunter2-hunter2-hunter2";
  const std::string said = "something said in confidence";
  writer w(open_database(dir.path()), dir.path(), {});
  const auto commit = [&](auto fill) {
    auto b = std::make_unique<batch>();
    fill(*b);
    w.submit(std::move(b));
    wait_until([&] { return w.queued() == 0; });
  };
  commit([&](batch& b) {
    b.put(make_session(1));
    b.put(put_secret{"session:1", secret});
    b.append(make_entry(1, 1, chunk_line(said)));
  });
  CHECK(on_disk(dir.path(), secret));
  SECTION("the secret, on close") {
    commit([&](batch& b) { b.put(erase_secrets{"session:1"}); });
    wait_until([&] { return !on_disk(dir.path(), secret); });
    CHECK(on_disk(dir.path(), said));
  }
  SECTION("both, on delete") {
    commit([&](batch& b) { b.put(bury_session{1}); });
    wait_until([&] { return !on_disk(dir.path(), secret) && !on_disk(dir.path(), said); });
  }
}

} // namespace
} // namespace acpd::store
