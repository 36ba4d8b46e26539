#include "server/store/database.h"

#include "tests/server/store/support.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>

namespace acpd::store {
namespace {
using namespace test;

TEST_CASE("entries come back as they were written, whatever their bytes") {
  const state_folder dir;
  database db = open_database(dir.path());
  const std::string line = chunk_line("a\tb \"c\" \xc3\xa9") + std::string("\0x", 2);
  entry written = make_entry(7, 1, line, entry_kind::own_update);
  written.version = 2;
  written.turn = 3;
  written.process = ~std::uint64_t{0}; // a hash uses all bits
  written.splice = ~std::uint64_t{0};
  written.ref = -5;
  written.message_id = "\"agent's own\"";
  batch b;
  b.append(written);
  db.commit(b);

  reader r = open_reader(dir.path());
  const auto found = all_entries(r, 7);
  REQUIRE(found.size() == 1);
  const entry& e = found[0].fields;
  CHECK(e.session == 7);
  CHECK(e.seq == 1);
  CHECK(e.kind == entry_kind::own_update);
  CHECK(e.version == 2);
  CHECK(e.at_ms == written.at_ms);
  CHECK(e.turn == 3);
  CHECK(e.process == written.process);
  CHECK(e.splice == written.splice);
  CHECK(e.ref == -5);
  CHECK(found[0].message_id == written.message_id);
  CHECK(found[0].bytes == line);
}

TEST_CASE("entries are read from a bound to a bound, of one session, until told to stop") {
  const state_folder dir;
  database db = open_database(dir.path());
  append(db, 1, 1, 50);
  append(db, 2, 1, 50);
  reader r = open_reader(dir.path());
  const auto part = all_entries(r, 2, 10, 20);
  REQUIRE(part.size() == 11);
  CHECK(part.front().fields.seq == 10);
  CHECK(part.back().fields.seq == 20);

  int seen = 0;
  r.entries(1, 1, 50, [&](const entry&) { return ++seen < 3; });
  CHECK(seen == 3);
  CHECK(all_entries(r, 1).size() == 50); // the statement that was left early can be used again
}

/// Of each kind of row one that is open and one that is over.
batch what_a_daemon_left() {
  batch b;
  auto s = make_session(1);
  s.title = "first";
  s.modes = R"({"currentModeId":"ask"})";
  s.turns = 4;
  s.closed = true;
  b.put(s);
  b.put(make_session(2));
  b.put(make_turn(1, 1, turn_state::ended));
  auto turn = make_turn(2, 1, turn_state::running);
  turn.author = "bridge";
  turn.prompt = "{\"x\":1}";
  turn.sent_as = 9;
  b.put(turn);
  b.put(make_turn(3, 2, turn_state::queued));
  b.put(make_question(1, 1, question_state::answered));
  auto question = make_question(2, 1, question_state::pending);
  question.raw_id = "\"7\"";
  question.nonce = "abc";
  question.line = "{}";
  b.put(question);
  b.put(make_question(9, 1, question_state::pending));
  b.put(erase_question{9});
  auto shim = make_shim(1, 1);
  shim.pid = 42;
  b.put(shim);
  b.put(set_offset{1, 1234, 6});
  b.put(outgoing_row{1, 5, outgoing_kind::prompt, 2, "k:1", "session/prompt", "{\"p\":1}", false});
  b.put(outgoing_row{1, 4, outgoing_kind::notification, 0, "", "x", "{}", false});
  b.put(erase_outgoing{1, 4});
  b.append(make_entry(1, 1, "{}", entry_kind::turn_started));
  b.append(make_entry(1, 2, chunk_line("x")));
  return b;
}

TEST_CASE("what a daemon left is recovered: open rows, heads, numbers never used again") {
  const state_folder dir;
  {
    batch b = what_a_daemon_left();
    open_database(dir.path()).commit(b);
  }
  database db = open_database(dir.path());
  const recovered r = db.recover();
  REQUIRE(r.sessions.size() == 2);
  CHECK(r.sessions[0].row.title == "first");
  CHECK(r.sessions[0].row.modes == R"({"currentModeId":"ask"})");
  CHECK(r.sessions[0].row.turns == 4);
  CHECK(r.sessions[0].row.closed);
  CHECK(r.sessions[0].head == 2);
  CHECK(r.sessions[0].last_at_ms == 1'700'000'000'002);
  CHECK(r.sessions[1].head == 0);
  REQUIRE(r.turns.size() == 2);
  CHECK(r.turns[0].id == 2);
  CHECK(r.turns[0].prompt == "{\"x\":1}");
  CHECK(r.turns[0].sent_as == 9);
  CHECK(r.turns[1].state == turn_state::queued);
  REQUIRE(r.questions.size() == 1);
  CHECK(r.questions[0].nonce == "abc");
  CHECK(r.questions[0].raw_id == "\"7\"");
  REQUIRE(r.shims.size() == 1);
  CHECK(r.shims[0].offset == 1234);
  CHECK(r.shims[0].next_n == 6);
  CHECK(r.shims[0].pid == 42);
  REQUIRE(r.outgoing.size() == 1);
  CHECK(r.outgoing[0].line == "{\"p\":1}");
  CHECK(r.next_session == 3);
  CHECK(r.next_turn == 4);
  CHECK(r.next_question == 10); // 9 is gone, but somebody may have seen it
  CHECK(r.next_shim == 2);
}

TEST_CASE("the number of a line that is done with is never used again, with no row left of it") {
  const state_folder dir;
  {
    batch b;
    b.put(make_session(1));
    b.put(make_shim(1, 1));
    b.put(set_offset{1, 0, 4});
    for (const std::uint64_t n : {5, 4})
      b.put(make_outgoing(1, n, outgoing_kind::notification));
    open_database(dir.path()).commit(b);
  }
  database db = open_database(dir.path());
  batch b;
  b.put(erase_outgoing{1, 5});
  b.put(erase_outgoing{1, 4});
  db.commit(b);
  const recovered r = db.recover();
  CHECK(r.outgoing.empty());
  CHECK(r.shims.at(0).next_n == 6);
}

TEST_CASE("a row is replaced by id; a tombstone is never taken back") {
  const state_folder dir;
  database db = open_database(dir.path());
  batch b;
  auto s = make_session(1);
  b.put(s);
  b.put(bury_session{1});
  s.title = "late";
  b.put(s);
  b.put(make_turn(1, 1, turn_state::running));
  b.put(make_turn(1, 1, turn_state::ended));
  db.commit(b);
  reader r = open_reader(dir.path());
  CHECK(r.turn(1)->state == turn_state::ended);
  CHECK(db.recover().sessions.empty());
}

TEST_CASE("keys, turns, questions and secrets are found one by one, or not at all") {
  const state_folder dir;
  database db = open_database(dir.path());
  batch b;
  b.put(key_row{"bridge:1", ~std::uint64_t{0}, 3, 4, 5, true, "{\"id\":null}", 99});
  b.put(put_secret{"auth:codex", "first"});
  b.put(put_secret{"auth:codex", "token"});
  auto question = make_question(4, 3, question_state::answered);
  question.outcome = "{}";
  b.put(question);
  db.commit(b);
  reader r = open_reader(dir.path());
  const auto key = r.key("bridge:1");
  REQUIRE(key);
  CHECK(key->hash == ~std::uint64_t{0});
  CHECK(key->session == 3);
  CHECK(key->turn == 4);
  CHECK(key->seq == 5);
  CHECK(key->answered);
  CHECK(key->answer == "{\"id\":null}");
  CHECK(key->at_ms == 99);
  CHECK_FALSE(r.key("bridge:2"));
  CHECK(r.secret("auth:codex") == "token");
  CHECK_FALSE(r.secret("auth"));
  CHECK(r.question(4)->outcome == "{}");
  CHECK_FALSE(r.question(5));
  CHECK_FALSE(r.turn(1));
}

TEST_CASE("a batch that fails leaves nothing, and may be tried again") {
  const state_folder dir;
  database db = open_database(dir.path());
  append(db, 1, 1, 3);
  batch b;
  b.append(make_entry(1, 4, "{}"));
  b.append(make_entry(1, 3, "{}")); // there is a 3 already
  CHECK_THROWS_AS(db.commit(b), std::runtime_error);
  reader r = open_reader(dir.path());
  CHECK(head_without_gap(r, 1) == 3);
  append(db, 1, 4, 4);
  CHECK(head_without_gap(r, 1) == 4);
}

TEST_CASE("a batch keeps copies, and can be used again") {
  batch b;
  std::string line = chunk_line("mine");
  const std::string copy = line;
  for (std::uint64_t seq = 1; seq <= 2000; ++seq)
    b.append(make_entry(1, seq, line));
  line.assign(line.size(), 'x');
  CHECK(std::ranges::all_of(b.entries(), [&](const entry& e) { return e.bytes == copy; }));
  CHECK(b.bytes() == 2000 * (copy.size() + 2));
  b.make_durable();
  b.clear();
  CHECK(b.empty());
  CHECK(b.bytes() == 0);
  CHECK_FALSE(b.durable());
  b.append(make_entry(1, 1, copy));
  CHECK(b.entries()[0].bytes == copy);
}

TEST_CASE("the files are readable by this user only, whatever the umask") {
  const state_folder dir;
  const mode_t before = ::umask(0);
  {
    database db = open_database(dir.path());
    append(db, 1, 1, 1);
    int files = 0;
    for (const auto& file : std::filesystem::directory_iterator(dir.path())) {
      struct stat s{};
      REQUIRE(::stat(file.path().c_str(), &s) == 0);
      CHECK((s.st_mode & 0777) == 0600);
      ++files;
    }
    CHECK(files == 4); // sessions.db, -wal, -shm, generation
  }
  ::umask(before);
}

TEST_CASE("opening twice in a row changes no row and no epoch") {
  const state_folder dir;
  std::string epoch;
  {
    database db = open_database(dir.path());
    append(db, 1, 1, 5);
    batch b;
    b.put(make_session(1));
    db.commit(b);
    epoch = db.recover().epoch;
  }
  CHECK(epoch.size() == 16);
  CHECK(epoch.find_first_not_of("0123456789abcdef") == std::string::npos);
  database db = open_database(dir.path());
  CHECK(db.recover().epoch == epoch);
  CHECK(db.recover().sessions.at(0).head == 5);
}

} // namespace
} // namespace acpd::store
