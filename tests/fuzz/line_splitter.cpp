// Any stream, cut anywhere: the lines are those of the stream in one piece.
#include "protocol/line_splitter.h"

#include "tests/fuzz/require.h"

#include <vector>

namespace {

using acpd::protocol::line_splitter;

constexpr std::size_t limit = 300;

std::vector<std::string> lines_of(std::string_view stream, std::size_t piece) {
  line_splitter splitter(limit);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    const auto bytes = stream.substr(at, piece);
    std::size_t last_end = 0;
    splitter.feed(bytes, [&](std::string_view line, std::size_t end, bool too_long) {
      ACPD_REQUIRE(end > last_end && end <= bytes.size() && bytes[end - 1] == '\n');
      ACPD_REQUIRE(line.size() <= limit);
      last_end = end;
      lines.push_back(too_long ? "too long" : std::string(line));
    });
    ACPD_REQUIRE(splitter.pending_bytes() <= limit + 1);
  }
  return lines;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  ACPD_REQUIRE(lines_of(stream, 1 + data[0]) == lines_of(stream, 1 + stream.size()));
  return 0;
}
