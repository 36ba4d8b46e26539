#include "server/net/feed.h"

#include "protocol/splice.h"
#include "server/core/session.h"

#include <catch2/catch.hpp>

using namespace acpd;
using namespace acpd::net;
using protocol::acp_version;

namespace {

constexpr auto line =
    R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"theirs","update":{"sessionUpdate":"x","n":1.0}}})";

store::entry entry(std::uint64_t seq) {
  store::entry e;
  e.seq = seq;
  e.kind = store::entry_kind::update;
  e.at_ms = 1'763'834'531'123;
  e.turn = 4;
  e.bytes = line;
  e.splice = protocol::splice_of(*protocol::scan(line), line).pack();
  return e;
}

struct followed {
  feed f{0};
  core::session_seed facts;
  int somebody = 0;
  net::link& who = reinterpret_cast<net::link&>(somebody); // only its address counts

  void append(std::uint64_t seq, std::uint8_t version = 1) {
    store::entry e = entry(seq);
    e.version = version;
    f.append(e, facts, "\"S\"", "e0");
  }
  /// A whole batch.
  void add(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t seq = first; seq <= last; ++seq)
      append(seq);
    f.show(*f.take_open());
  }
};

} // namespace

TEST_CASE("the first item behind a cursor") {
  followed s;
  s.f.follow(s.who, acp_version::v1);
  s.add(5, 9);
  const auto c = s.f.find(acp_version::v1, 5);
  CHECK(c->after(0) == 0);
  CHECK(c->after(4) == 0);
  CHECK(c->after(5) == 1);
  CHECK(c->after(9) == 5);
}

TEST_CASE("the ring finds the chunk of a number, and keeps nothing while nobody is attached") {
  followed s;
  s.add(1, 3);
  CHECK(s.f.committed == 3);
  CHECK(s.f.held(acp_version::v1) == 0);
  s.f.follow(s.who, acp_version::v1);
  s.add(4, 6);
  s.add(7, 9);
  CHECK(s.f.find(acp_version::v1, 3) == nullptr);
  CHECK(s.f.find(acp_version::v1, 4)->first == 4);
  CHECK(s.f.find(acp_version::v1, 6)->first == 4);
  CHECK(s.f.find(acp_version::v1, 9)->first == 7);
  CHECK(s.f.find(acp_version::v1, 10) == nullptr);
  CHECK(s.f.held(acp_version::v2) == 0);
  s.f.unfollow(s.who, acp_version::v1);
  CHECK(s.f.held(acp_version::v1) == 0);
}

TEST_CASE("the ring is bounded: the oldest chunks go, the newest stays") {
  followed s;
  s.f.follow(s.who, acp_version::v2);
  for (std::uint64_t seq = 1; seq == 1 || s.f.find(acp_version::v2, 1); seq += 100)
    s.add(seq, seq + 99);
  CHECK(s.f.held(acp_version::v2) <= feed::ring_bytes);
  CHECK(s.f.find(acp_version::v2, s.f.committed) != nullptr);
}

TEST_CASE("an editor that comes in mid-batch is never given a ring with a gap") {
  followed s;
  s.f.follow(s.who, acp_version::v2);
  s.add(1, 2);
  s.f.unfollow(s.who, acp_version::v2);
  s.append(3); // nobody follows
  const auto unseen = s.f.take_open();
  s.f.follow(s.who, acp_version::v2);
  s.f.show(*unseen);
  CHECK(s.f.find(acp_version::v2, 2) == nullptr);
  s.append(4);
  s.f.show(*s.f.take_open());
  CHECK(s.f.find(acp_version::v2, 3) == nullptr);
  CHECK(s.f.find(acp_version::v2, 4)->first == 4);
}

TEST_CASE("a batch is rendered to its end for a version that it was begun for") {
  followed s;
  s.f.follow(s.who, acp_version::v2);
  s.append(1);
  s.f.unfollow(s.who, acp_version::v2);
  s.append(2);
  s.f.follow(s.who, acp_version::v2);
  s.append(3);
  s.f.show(*s.f.take_open());
  REQUIRE(s.f.find(acp_version::v2, 3) != nullptr);
  CHECK(s.f.find(acp_version::v2, 3)->items.size() == 3);
}

TEST_CASE("what a v1 editor must know of a v2 agent's turn is kept while none is there") {
  followed s;
  s.append(1);
  CHECK(s.f.view(acp_version::v1) == nullptr);
  s.append(2, 2);
  CHECK(s.f.view(acp_version::v1) != nullptr);
}
