// When a remote link is taken for dead.
#include "clients/cli/bridge/liveness.h"

#include <catch2/catch.hpp>

using acpd::bridge::liveness;
using step = liveness::step;
using namespace std::chrono_literals;

namespace {

const liveness::clock::time_point begin{};

liveness greeted() {
  liveness l;
  l.started(begin);
  l.welcomed(begin);
  return l;
}

} // namespace

TEST_CASE("an idle link is pinged every 15 s and dead after five") {
  liveness l = greeted();
  int pings = 0;
  for (auto t = 0s; t < 75s; t += 1s)
    pings += l.look(begin + t) == step::ping;
  CHECK(pings == 4);
  CHECK(l.look(begin + 75s) == step::dead);
}

TEST_CASE("whatever is heard begins the count anew") {
  liveness l = greeted();
  l.heard_from(begin + 70s);
  CHECK(l.look(begin + 80s) == step::nothing);
  CHECK(l.look(begin + 85s) == step::ping);
  CHECK(l.look(begin + 144s) == step::ping);
  CHECK(l.look(begin + 145s) == step::dead);
}

TEST_CASE("a hint asks at once and does not wait long") {
  liveness l = greeted();
  l.hint(begin + 2s);
  CHECK(l.look(begin + 2s) == step::ping);
  CHECK(l.look(begin + 6s) == step::nothing);
  CHECK(l.next() == begin + 7s);
  SECTION("answered") {
    l.heard_from(begin + 3s);
    CHECK(l.look(begin + 7s) == step::nothing);
  }
  SECTION("not answered") { CHECK(l.look(begin + 7s) == step::dead); }
  SECTION("another hint does not prolong it") {
    l.hint(begin + 6s);
    CHECK(l.look(begin + 7s) == step::dead);
  }
}

TEST_CASE("a line that nothing answers is a hint") {
  liveness l = greeted();
  l.sent(300, begin + 10s);
  CHECK(l.look(begin + 12s) == step::nothing);
  CHECK(l.look(begin + 13s) == step::ping);
  CHECK(l.look(begin + 18s) == step::dead);
}

TEST_CASE("behind much that is under way nobody is hurried") {
  liveness l = greeted();
  l.sent(1'000'000, begin + 1s);
  l.hint(begin + 2s);
  CHECK(l.look(begin + 14s) == step::nothing);
  CHECK(l.look(begin + 15s) == step::ping);
  CHECK(l.look(begin + 40s) != step::dead);
  CHECK(l.look(begin + 75s) == step::dead);
}

TEST_CASE("a start that is not greeted ends") {
  liveness l;
  l.started(begin);
  l.hint(begin + 1s);
  CHECK(l.look(begin + 19s) == step::nothing);
  CHECK(l.look(begin + 20s) == step::dead);
}
