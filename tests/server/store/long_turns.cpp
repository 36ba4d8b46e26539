#include "protocol/compaction.h"
#include "protocol/envelope.h"
#include "server/store/folds.h"
#include "tests/server/store/support.h"

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <iterator>

// A turn of many runs: its load is made of folds while it is still open, and shows what one
// compaction of the whole turn would show.

namespace acpd::store {
namespace {
using namespace test;
using frames = std::vector<protocol::folded_frame>;

std::string tool(std::string_view variant, std::string_view id, std::string_view members) {
  std::string line =
      R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":")";
  ((line += variant) += R"(","toolCallId":")") += id;
  return (line += "\",") + std::string(members) + "}}}";
}

class long_turn {
public:
  explicit long_turn(database& db) : db_(db) {}

  void add(const std::string& line, entry_kind kind = entry_kind::update) {
    entry e = make_entry(1, ++head, line, kind);
    e.turn = turn;
    e.process = process;
    if (kind == entry_kind::own_update) e.ref = stands_in;
    pending_.append(e);
    if (kind == entry_kind::update)
      whole_.add({.seq = head,
                  .turn = turn,
                  .process = process,
                  .message_id = e.message_id,
                  .line = line});
  }
  void text(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i)
      add(chunk_line(std::to_string(head) + " "));
  }
  void flush() {
    db_.commit(pending_);
    pending_.clear();
  }
  /// What one compaction of all of it gives.
  frames whole() { return whole_.finish(); }

  std::uint64_t head = 0, turn = 1, process = 1;

private:
  database& db_;
  batch pending_;
  protocol::compactor whole_;
};

frames load(reader& r, std::uint64_t head) {
  frames all;
  replay_position position;
  while (!position.done)
    std::ranges::move(r.compacted(1, head, position), std::back_inserter(all));
  return all;
}

void fold(database& db, reader& r, std::uint64_t from, std::uint64_t to) {
  batch b;
  b.put(r.fold(1, from, to));
  db.commit(b);
}

std::vector<std::string> lines(const frames& all) {
  std::vector<std::string> out;
  for (const auto& f : all)
    out.push_back(std::to_string(f.seq) + " " + f.line);
  return out;
}

/// The calls as values, each with the seq it stands at; the order of members does not matter.
std::vector<std::pair<std::uint64_t, boost::json::value>> calls(const frames& all) {
  std::vector<std::pair<std::uint64_t, boost::json::value>> out;
  for (const auto& f : all)
    if (f.line.find(R"("sessionUpdate":"tool_call)") != std::string::npos)
      out.emplace_back(f.seq, boost::json::parse(f.line));
  return out;
}

std::string texts(const frames& all) {
  std::string out;
  for (const auto& f : all) {
    const auto update = protocol::member(protocol::member(f.line, "params"), "update");
    out += protocol::unquote(protocol::member(protocol::member(update, "content"), "text"));
  }
  return out;
}

/// 50,000 updates: calls of each kind over several runs.
void fill(long_turn& t) {
  t.add("", entry_kind::turn_started);
  t.add(tool("tool_call", "job", R"("title":"The job","status":"in_progress")"));
  t.add(tool("tool_call", "short", R"("title":"Short","status":"completed")"));
  for (int part = 0; part < 12; ++part) {
    t.text(2'000);
    t.add(tool("tool_call_update", "job",
               R"("title":"The job, part )" + std::to_string(part) + "\""));
    t.add(tool("tool_call_update", "unknown", R"("rawOutput":)" + std::to_string(part) + ".0"));
    t.add(tool("tool_call", "again",
               R"("title":"Again","status":"pending","locations":[{"path":"/)" +
                   std::to_string(part) + "\"}]"));
    t.text(2'100);
    t.add(tool("tool_call_update", "again", R"("status":"completed")"));
    if (part == 6) ++t.process;
  }
  t.add(tool("tool_call_update", "short", R"("_meta":{"late":true})"));
  t.text(50'000 - t.head);
}

} // namespace

TEST_CASE("an open turn of 50,000 updates loads from folds as it does without, and after its end") {
  const state_folder dir;
  database db = open_database(dir.path());
  long_turn t(db);
  fill(t);
  t.flush();
  reader r = open_reader(dir.path());
  const std::uint64_t head = t.head;
  const frames expected = load(r, head);
  const auto early = lines(load(r, 20'000)); // a head behind which there is more
  const frames whole = t.whole();
  CHECK(calls(expected) == calls(whole));
  CHECK(texts(expected) == texts(whole));

  std::uint64_t folded = 0;
  for (; folded + run_entries <= head; folded += run_entries)
    fold(db, r, folded + 1, folded + run_entries);
  CHECK(folded > 48'000);
  CHECK(lines(load(r, head)) == lines(expected));
  CHECK(lines(load(r, 20'000)) == early);

  t.add(R"({"jsonrpc":"2.0","id":1,"result":{"stopReason":"end_turn"}})", entry_kind::turn_ended);
  t.flush();
  CHECK(lines(load(r, t.head)) == lines(expected));
  fold(db, r, folded + 1, t.head);
  CHECK(lines(load(r, t.head)) == lines(expected));
}

TEST_CASE("calls are joined in their own turn only") {
  const state_folder dir;
  database db = open_database(dir.path());
  long_turn t(db);
  const auto end = [&] {
    t.add(R"({"jsonrpc":"2.0","id":1,"result":{"stopReason":"end_turn"}})", entry_kind::turn_ended);
    ++t.turn;
  };
  for (int turn = 0; turn < 2; ++turn) {
    t.add(tool("tool_call", "c", R"("title":"C")"));
    t.text(run_entries);
    t.add(tool("tool_call_update", "c", R"("status":"completed")"));
    end();
  }
  t.flush();
  reader r = open_reader(dir.path());
  const auto found = calls(load(r, t.head));
  REQUIRE(found.size() == 2);
  CHECK(found[0].first == 1);
  for (const auto& [seq, call] : found) {
    CHECK(call.at_pointer("/params/update/title") == "C");
    CHECK(call.at_pointer("/params/update/status") == "completed");
  }
  SECTION("the same from one fold over all of it") {
    const auto without = lines(load(r, t.head));
    fold(db, r, 1, t.head);
    CHECK(lines(load(r, t.head)) == without);
  }
}

TEST_CASE("a call that is split keeps what stands in for its content, and what that stands for") {
  const state_folder dir;
  database db = open_database(dir.path());
  long_turn t(db);
  const auto say = [&](const char* what) {
    t.add(tool("tool_call_update", "c", "\"content\":[\"" + std::string(what) + "\"]"),
          entry_kind::own_update);
  };
  t.add(tool("tool_call", "c", R"("title":"C","content":["terminal"])"));
  say("a");
  t.text(run_entries);
  say("ab");
  t.text(run_entries);
  say("abc");
  t.flush();
  reader r = open_reader(dir.path());
  const bool folded = GENERATE(false, true);
  if (folded) fold(db, r, 1, run_entries);
  frames all = load(r, t.head);
  REQUIRE(calls(all).size() == 1);
  CHECK(all[0].line.find(R"("content":["abc"])") != std::string::npos);
  CHECK(all[0].behind == R"(["terminal"])");
}

TEST_CASE("a run ends behind a turn's end, though it is short") {
  run_compactor runs;
  const entry ended = make_entry(1, 1, "{}", entry_kind::turn_ended);
  runs.add(ended);
  runs.add(make_entry(1, 2, chunk_line("a")));
  const compacted_runs made = runs.finish();
  CHECK(made.frames.size() == 2);
  CHECK(made.calls.empty());
}

} // namespace acpd::store
