#include "server/net/chunk.h"

#include "protocol/splice.h"

#include <catch2/catch.hpp>

using namespace acpd;
using namespace acpd::net;

namespace {

constexpr auto line =
    R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"theirs","update":{"sessionUpdate":"x","n":1.0}}})";

store::entry entry(std::uint64_t seq, store::entry_kind kind = store::entry_kind::update,
                   std::string_view bytes = line) {
  store::entry e;
  e.seq = seq;
  e.kind = kind;
  e.at_ms = 1'763'834'531'123;
  e.turn = 4;
  e.bytes = bytes;
  if (auto found = protocol::scan(bytes)) e.splice = protocol::splice_of(*found, bytes).pack();
  return e;
}

std::shared_ptr<chunk> chunk_of(std::uint64_t first, std::uint64_t last) {
  auto c = std::make_shared<chunk>();
  for (std::uint64_t seq = first; seq <= last; ++seq)
    append_entry(*c, entry(seq), "\"S\"", "e0");
  return c;
}

} // namespace

TEST_CASE(
    "an entry is rendered with acpd's session id, number, epoch, time and turn, else as it was") {
  chunk c;
  append_entry(c, entry(7), "\"S\"", "e0");
  CHECK(
      c.bytes ==
      R"({"jsonrpc":"2.0","method":"session/update","params":{"_meta":{"acpd/seq":7,"acpd/epoch":"e0",)"
      R"("acpd/at":"2025-11-22T18:02:11.123Z","acpd/turn":4},"sessionId":"S","update":{"sessionUpdate":"x","n":1.0}}})"
      "\n");
}

TEST_CASE("a turn's end keeps the agent's bytes, a start has none, a prompt knows its author") {
  chunk c;
  append_entry(c, entry(1, store::entry_kind::turn_started, ""), "\"S\"", "e0");
  store::entry prompt = entry(2, store::entry_kind::user_message);
  prompt.process = 99;
  append_entry(c, prompt, "\"S\"", "e0");
  constexpr auto response = R"({"jsonrpc":"2.0","id":3,"result":{"stopReason":"end_turn"}})";
  append_entry(c, entry(3, store::entry_kind::turn_ended, response), "\"S\"", "e0");
  REQUIRE(c.items.size() == 3);
  CHECK(c.items[0].kind == piece::silent);
  CHECK(c.items[0].begin == c.items[0].end);
  CHECK(c.items[1].author == 99);
  CHECK(c.bytes.substr(c.items[2].begin, c.items[2].end - c.items[2].begin) == response);
}

TEST_CASE("a question carries no number: its request is no update") {
  chunk c;
  constexpr auto request =
      R"({"jsonrpc":"2.0","id":"q","method":"session/request_permission","params":{"sessionId":"theirs"}})";
  append_entry(c, entry(1, store::entry_kind::question_asked, request), "\"S\"", "e0");
  CHECK(c.bytes.find("acpd/") == std::string::npos);
  CHECK(c.bytes.find(R"("sessionId":"S")") != std::string::npos);
}

TEST_CASE("the first item behind a cursor") {
  const auto c = chunk_of(5, 9);
  CHECK(c->after(0) == 0);
  CHECK(c->after(4) == 0);
  CHECK(c->after(5) == 1);
  CHECK(c->after(9) == 5);
}

TEST_CASE("the ring finds the chunk of a number, and keeps nothing while nobody is attached") {
  feed f;
  f.add(chunk_of(1, 3));
  CHECK(f.committed == 3);
  CHECK(f.ring.empty());
  f.followers.push_back(nullptr);
  f.add(chunk_of(4, 6));
  f.add(chunk_of(7, 9));
  CHECK(f.find(3) == nullptr);
  CHECK(f.find(4)->first == 4);
  CHECK(f.find(6)->first == 4);
  CHECK(f.find(9)->first == 7);
}

TEST_CASE("the ring is bounded: the oldest chunks go, the newest stays") {
  feed f;
  f.followers.push_back(nullptr);
  std::uint64_t seq = 1;
  for (; f.held < feed::ring_bytes / 2 || f.ring.front()->first == 1; seq += 100)
    f.add(chunk_of(seq, seq + 99));
  CHECK(f.held <= feed::ring_bytes);
  CHECK(f.find(1) == nullptr);
  CHECK(f.find(f.committed) != nullptr);
}
