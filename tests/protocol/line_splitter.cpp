#include "protocol/line_splitter.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

using acpd::protocol::line_splitter;

namespace {

struct seen_line {
  std::string text;
  std::size_t end = 0;
  bool too_long = false;
  bool operator==(const seen_line&) const = default;
};

std::vector<seen_line> feed(line_splitter& splitter, std::string_view bytes) {
  std::vector<seen_line> seen;
  splitter.feed(bytes, [&](std::string_view line, std::size_t end, bool too_long) {
    seen.push_back({std::string(line), end, too_long});
  });
  return seen;
}

std::ostream& operator<<(std::ostream& out, const seen_line& l) {
  return out << l.text << '@' << l.end << (l.too_long ? " too long" : "");
}

} // namespace

TEST_CASE("whole lines come without newlines, with how far they reach") {
  line_splitter s(100);
  CHECK(feed(s, "one\ntwo\r\nthr") == std::vector<seen_line>{{"one", 4, false}, {"two", 9, false}});
  CHECK(s.pending() == "thr");
  CHECK(feed(s, "ee\n") == std::vector<seen_line>{{"three", 3, false}});
  CHECK(s.pending_bytes() == 0);
}

TEST_CASE("blank lines are skipped") {
  line_splitter s(100);
  CHECK(feed(s, "\n\r\n  \t\na\n").size() == 1);
  CHECK(feed(s, "\r").empty());
  CHECK(feed(s, "\n").empty());
}

TEST_CASE("a line that just fits passes, with its carriage return, in one piece or two") {
  for (const std::size_t cut : {0, 2, 4, 5}) {
    line_splitter s(4);
    const std::string bytes = "1234\r\n";
    auto seen = feed(s, std::string_view(bytes).substr(0, cut));
    CHECK(seen.empty());
    seen = feed(s, std::string_view(bytes).substr(cut));
    CHECK(seen == std::vector<seen_line>{{"1234", 6 - cut, false}});
  }
}

TEST_CASE("a line over the limit is reported once, cut, and the next one is whole") {
  line_splitter s(1000);
  const std::string long_line(3000, 'x');
  CHECK(feed(s, long_line + "\nnext\n") ==
        std::vector<seen_line>{{std::string(256, 'x'), 3001, true}, {"next", 3006, false}});
  std::vector<seen_line> seen;
  for (int i = 0; i < 5; ++i)
    CHECK(feed(s, long_line).empty());
  CHECK(s.pending_bytes() == 256);
  CHECK(feed(s, "\nnext\n") ==
        std::vector<seen_line>{{std::string(256, 'x'), 1, true}, {"next", 6, false}});
}

TEST_CASE("reset forgets the unfinished line") {
  line_splitter s(10);
  feed(s, "0123456789012345");
  s.reset();
  CHECK(feed(s, "a\n") == std::vector<seen_line>{{"a", 2, false}});
}

TEST_CASE("however a stream is cut, its lines are the same") {
  std::mt19937 dice(7);
  std::string stream;
  for (int i = 0; i < 300; ++i) {
    (stream += std::string(dice() % 40, 'a' + static_cast<char>(i % 26))) +=
        dice() % 3 == 0 ? "\r\n" : "\n";
  }
  const auto texts = [&](std::size_t most) {
    line_splitter s(30);
    std::string all;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t n = 1 + dice() % most;
      for (const auto& l : feed(s, std::string_view(stream).substr(at, n))) {
        (all += l.text) += l.too_long ? "!\n" : "\n";
      }
      at += n;
    }
    return all;
  };
  const std::string whole = texts(1'000'000);
  REQUIRE((texts(1) == whole));
  for (int i = 0; i < 20; ++i)
    REQUIRE((texts(50) == whole));
}
