// The pace of updates and their order, without a clock.
#include "server/runner/outbox.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace acpd::runner;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> taken(outbox& out) {
  std::vector<std::string> lines;
  std::string text = std::exchange(out.ready(), {});
  for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos;
       begin = end + 1)
    lines.push_back(text.substr(begin, end - begin));
  return lines;
}

} // namespace

TEST_CASE("never more than ten updates in any second, none lost") {
  outbox out;
  outbox::clock::time_point start{};
  for (int i = 0; i < 95; ++i)
    out.update(std::to_string(i));
  std::vector<outbox::clock::duration> at;
  for (auto now = 0ms; out.waiting(); now += 7ms) {
    out.advance(start + now);
    for (auto& line : taken(out)) {
      CHECK(line == std::to_string(at.size()));
      at.push_back(now);
    }
    REQUIRE(now < 60s);
  }
  REQUIRE(at.size() == 95);
  for (std::size_t i = 10; i < at.size(); ++i)
    CHECK(at[i] - at[i - 10] > 1s);
}

TEST_CASE("an answer that follows updates waits for them, another one does not") {
  outbox out;
  outbox::clock::time_point now{};
  for (int i = 0; i < 12; ++i)
    out.update("u");
  out.after_updates("end of turn");
  out.post("answer");
  out.advance(now);
  auto first = taken(out);
  CHECK(first.size() == 11);
  CHECK(first.front() == "answer");
  out.advance(now + 2s);
  auto rest = taken(out);
  REQUIRE(rest.size() == 3);
  CHECK(rest.back() == "end of turn");
}

TEST_CASE("progress has no room while updates wait, or where it would take the spare ones") {
  outbox out;
  outbox::clock::time_point now{};
  CHECK(out.has_room(now, 7, 3));
  CHECK_FALSE(out.has_room(now, 8, 3));
  out.update("u");
  CHECK_FALSE(out.has_room(now, 1, 0));
  out.advance(now);
  CHECK(out.has_room(now, 6, 3));
  CHECK_FALSE(out.has_room(now, 7, 3));
}

TEST_CASE("a reader that does not read holds updates back") {
  outbox out;
  outbox::clock::time_point now{};
  out.post(std::string(300 * 1024, 'x'));
  out.update("u");
  out.advance(now);
  CHECK(out.waiting());
  out.ready().clear();
  out.advance(now);
  CHECK(out.ready() == "u\n");
}
