#include "server/wire/frame.h"

#include <catch2/catch.hpp>
#include <utility>
#include <vector>

using namespace acpd::wire;

namespace {

frame_header header(std::uint8_t type, std::uint64_t number) {
  frame_header h;
  h.type = type;
  h.flags = 3;
  h.slot = 0x1234;
  h.number = number;
  h.seq = ~number;
  return h;
}

using seen = std::vector<std::pair<std::uint64_t, std::string>>;

bool feed(frame_splitter& s, std::string_view bytes, seen& out) {
  return s.feed(bytes, [&](const frame_header& h, std::string_view payload) {
    CHECK(h.slot == 0x1234);
    CHECK(h.seq == ~h.number);
    out.emplace_back(h.number, payload);
  });
}

} // namespace

TEST_CASE("a frame's bytes are as documented") {
  std::string out;
  append_frame(out, header(7, 0x0102), "hi");
  const std::string expected(
      "\x02\0\0\0\x07\x03\x34\x12\x02\x01\0\0\0\0\0\0\xfd\xfe\xff\xff\xff\xff"
      "\xff\xff"
      "hi",
      26);
  CHECK(out == expected);
}

TEST_CASE("frames come out the same, however the stream is cut") {
  std::string stream;
  seen expected;
  for (std::uint64_t n = 0; n < 20; ++n) {
    const std::string payload(n * 7 % 50, static_cast<char>('a' + n));
    append_frame(stream, header(1, n), payload);
    expected.emplace_back(n, payload);
  }
  for (std::size_t step = 1; step < 90; ++step) {
    frame_splitter splitter;
    seen got;
    for (std::size_t at = 0; at < stream.size(); at += step)
      REQUIRE(feed(splitter, std::string_view(stream).substr(at, step), got));
    REQUIRE(got == expected);
  }
}

TEST_CASE("a payload above the limit breaks the stream; what came whole before it was given") {
  std::string stream;
  append_frame(stream, header(1, 5), "ok");
  frame_header h = header(1, 6);
  h.bytes = max_frame_bytes + 1;
  char head[frame_header_bytes];
  encode(head, h);
  stream.append(head, sizeof head);
  frame_splitter splitter;
  seen got;
  CHECK_FALSE(feed(splitter, stream, got));
  CHECK(got == seen{{5, "ok"}});
}

TEST_CASE("after reset the rest of a torn frame is forgotten") {
  std::string stream;
  append_frame(stream, header(1, 5), "whole");
  frame_splitter splitter;
  seen got;
  CHECK(feed(splitter, std::string_view(stream).substr(0, 26), got));
  splitter.reset();
  CHECK(feed(splitter, stream, got));
  CHECK(got == seen{{5, "whole"}});
}
