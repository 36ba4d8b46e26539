#include "server/store/folds.h"
#include "tests/server/store/support.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>

namespace acpd::store {
namespace {
using namespace test;
using frames = std::vector<protocol::folded_frame>;

std::string update_line(std::string_view update) {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":)" +
         std::string(update) + "}}";
}

std::string mode_line(std::uint64_t n) {
  return update_line(R"({"sessionUpdate":"current_mode_update","currentModeId":"mode-)" +
                     std::to_string(n) + "\"}");
}

/// A log of turns: in each a prompt, a mode change, chunks, and what is left out of a replay.
class sample_log {
public:
  explicit sample_log(database& db) : db_(db) {}

  void turn(std::uint64_t chunks) {
    ++turn_;
    add(entry_kind::turn_started, "");
    add(entry_kind::user_message,
        update_line(
            R"({"sessionUpdate":"user_message_chunk","content":{"type":"text","text":"do )" +
            std::to_string(turn_) + "\"}}"));
    add(entry_kind::update, mode_line(turn_));
    for (std::uint64_t i = 0; i < chunks; ++i)
      add(entry_kind::update, chunk_line(std::to_string(i) + " "));
    add(entry_kind::notice, update_line(R"({"sessionUpdate":"notice","text":"live only"})"));
    add(entry_kind::agent_notification, R"({"jsonrpc":"2.0","method":"_x/y","params":{}})");
    add(entry_kind::own_update, chunk_line("[acpd] turn " + std::to_string(turn_), "own"));
    add(entry_kind::turn_ended, R"({"jsonrpc":"2.0","id":1,"result":{"stopReason":"end_turn"}})");
    ends.push_back(head);
  }
  void flush() {
    db_.commit(pending_);
    pending_.clear();
  }

  std::vector<std::uint64_t> ends; // of the turns
  std::uint64_t head = 0;

private:
  void add(entry_kind kind, const std::string& line) {
    entry e = make_entry(1, ++head, line, kind);
    e.turn = turn_;
    if (kind == entry_kind::own_update) e.message_id = "own";
    pending_.append(e);
  }

  database& db_;
  batch pending_;
  std::uint64_t turn_ = 0;
};

void store_fold(database& db, reader& r, std::uint64_t from, std::uint64_t to) {
  batch b;
  b.put(r.fold(1, from, to));
  db.commit(b);
}

std::string text_of(const frames& all) {
  std::string text;
  for (const auto& f : all)
    text += f.line;
  return text;
}

/// Every part of the compacted replay, one behind the other.
frames all_parts(reader& r, std::uint64_t head) {
  frames all;
  replay_position position;
  while (!position.done) {
    frames part = r.compacted(1, head, position);
    std::ranges::move(part, std::back_inserter(all));
  }
  return all;
}

fold_row one_piece(std::uint64_t from, std::uint64_t to, const char* line) {
  return {1, from, to, cut({{.seq = from, .single = {}, .where = {}, .line = line}})};
}

TEST_CASE("the frames of a fold come back from their bytes") {
  const frames written = {
      {.seq = 1, .single = {}, .where = {}, .line = "{}", .behind = "[1.0]"},
      {.seq = 300,
       .single = protocol::singleton::mode,
       .where = {.session_at = 60,
                 .session_size = 38,
                 .meta_at = 200,
                 .mode = protocol::meta_mode::into_empty_meta},
       .line = std::string(70'000, 'x'),
       .version = protocol::acp_version::v2,
       .message_id = "m7"},
  };
  const auto read = decode_frames(encode_frames(written));
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].seq == 1);
  CHECK((*read)[0].line == "{}");
  CHECK((*read)[0].behind == "[1.0]");
  CHECK((*read)[1].seq == 300);
  CHECK((*read)[1].single == protocol::singleton::mode);
  CHECK((*read)[1].where == written[1].where);
  CHECK((*read)[1].line == written[1].line);
  CHECK((*read)[0].version == protocol::acp_version::v1);
  CHECK((*read)[1].version == protocol::acp_version::v2);
  CHECK((*read)[1].message_id == "m7");
  CHECK(decode_frames(encode_frames({}))->empty());
}

TEST_CASE("a fold of the encoding before is read as it was") {
  std::string bytes =
      encode_frames({{.seq = 300, .single = {}, .where = {}, .line = "{}", .message_id = "m"}});
  bytes.pop_back(); // the size of what is behind the line
  bytes[0] = 2;
  const auto read = decode_frames(bytes);
  REQUIRE(read);
  CHECK((*read)[0].line == "{}");
  CHECK((*read)[0].message_id == "m");
}

TEST_CASE("a fold of another encoding, or cut anywhere, is none") {
  const std::string bytes = encode_frames({{.seq = 300, .single = {}, .where = {}, .line = "{}"}});
  for (std::size_t size = 2; size < bytes.size(); ++size)
    CHECK_FALSE(decode_frames(bytes.substr(0, size)));
  CHECK_FALSE(decode_frames(""));
  std::string other = bytes;
  other[0] = 1;
  CHECK_FALSE(decode_frames(other));
  other = bytes;
  other[3] = 99; // a singleton that does not exist
  CHECK_FALSE(decode_frames(other));
  other = bytes;
  other[4] = 3; // a version of ACP that does not exist
  CHECK_FALSE(decode_frames(other));
}

TEST_CASE("a replay is compacted: prompts and own updates in it, notices and the rest not") {
  const state_folder dir;
  database db = open_database(dir.path());
  sample_log log(db);
  log.turn(5);
  log.turn(5);
  log.flush();
  reader r = open_reader(dir.path());
  const frames all = all_parts(r, log.head);
  const std::string text = text_of(all);
  CHECK(all.size() == 7); // a prompt, five chunks in one and acpd's word a turn; the last mode
  CHECK(text.find("do 1") < text.find("0 1 2 3 4 "));
  CHECK(text.find("[acpd] turn 1") < text.find("do 2"));
  CHECK(text.find("mode-1") == std::string::npos);
  CHECK(text.find("mode-2") != std::string::npos);
  CHECK(text.find("live only") == std::string::npos);
  CHECK(text.find("_x/y") == std::string::npos);
  CHECK(text.find("stopReason") == std::string::npos);
  CHECK(std::ranges::is_sorted(all, {}, &protocol::folded_frame::seq));
}

TEST_CASE("a replay is the same whichever folds are stored") {
  const state_folder dir;
  database db = open_database(dir.path());
  sample_log log(db);
  log.turn(3);
  log.turn(9'000);
  log.turn(0);
  log.turn(10);
  log.flush();
  reader r = open_reader(dir.path());
  const std::vector<std::uint64_t> heads = {
      1, 4, log.ends[0], 500, log.ends[1], log.ends[2] + 3, log.ends[3]};
  std::vector<std::string> expected;
  for (const auto head : heads)
    expected.push_back(text_of(all_parts(r, head)));

  const auto same = [&] {
    for (std::size_t i = 0; i < heads.size(); ++i)
      CHECK(text_of(all_parts(r, heads[i])) == expected[i]);
  };
  SECTION("none of the last turns") {
    store_fold(db, r, 1, log.ends[0]);
    same();
  }
  SECTION("one a turn") {
    for (std::size_t i = 0; i < log.ends.size(); ++i)
      store_fold(db, r, i == 0 ? 1 : log.ends[i - 1] + 1, log.ends[i]);
    same();
  }
  SECTION("one of several turns") {
    store_fold(db, r, 1, log.ends[2]);
    same();
  }
  SECTION("one in the middle is missing") {
    store_fold(db, r, 1, log.ends[0]);
    store_fold(db, r, log.ends[1] + 1, log.ends[2]);
    same();
  }
  SECTION("one cannot be read") {
    store_fold(db, r, 1, log.ends[0]);
    batch b;
    b.put(fold_row{1, log.ends[0] + 1, log.ends[1], {{"\x7f from the future", "\x7f"}}});
    db.commit(b);
    same();
  }
}

TEST_CASE("a fold over others takes their place, and the next is found behind it") {
  const state_folder dir;
  database db = open_database(dir.path());
  batch b;
  b.put(make_session(1));
  b.append(make_entry(1, 1, "{}"));
  b.put(one_piece(1, 10, "a"));
  b.put(one_piece(11, 20, "b"));
  b.put(one_piece(1, 30, "c"));
  b.put(one_piece(31, 40, "d"));
  db.commit(b);
  reader r = open_reader(dir.path());
  CHECK(text_of(all_parts(r, 40)) == "cd");
  CHECK(db.recover().sessions.at(0).folded == 40);
}

TEST_CASE("a long fold is kept in pieces, the first of which is there at once") {
  const state_folder dir;
  database db = open_database(dir.path());
  frames long_ones;
  for (std::uint64_t i = 1; i <= 20; ++i)
    long_ones.push_back({.seq = i,
                         .single = {},
                         .where = {},
                         .line = std::string(50'000, static_cast<char>('a' + i))});
  batch b;
  b.put(make_session(1));
  b.append(make_entry(1, 1, "{}"));
  b.put(fold_row{1, 1, 20, cut(long_ones)});
  db.commit(b);
  reader r = open_reader(dir.path());
  replay_position position;
  CHECK(r.compacted(1, 20, position).size() == 3);
  CHECK_FALSE(position.done);
  CHECK(text_of(all_parts(r, 20)) == text_of(long_ones));
}

TEST_CASE("a damaged piece is made again from the log") {
  const state_folder dir;
  database db = open_database(dir.path());
  sample_log log(db);
  log.turn(3);
  log.flush();
  reader r = open_reader(dir.path());
  const std::string whole = text_of(all_parts(r, log.head));
  fold_row fold = r.fold(1, 1, log.head);
  fold.pieces[0].frames.resize(fold.pieces[0].frames.size() / 2);
  batch b;
  b.put(std::move(fold));
  db.commit(b);
  CHECK(text_of(all_parts(r, log.head)) == whole);
}

TEST_CASE("a load reads the folds, not the log") {
  const state_folder dir;
  database db = open_database(dir.path());
  sample_log log(db);
  log.turn(3);
  log.flush();
  batch b;
  b.put(one_piece(1, log.head, "folded"));
  db.commit(b);
  reader r = open_reader(dir.path());
  CHECK(text_of(all_parts(r, log.head)) == "folded");
  CHECK(text_of(all_parts(r, log.head - 1)) != "folded"); // the fold reaches beyond
}

} // namespace
} // namespace acpd::store
