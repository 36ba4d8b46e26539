// Any stream, cut anywhere: the frames are those of the stream in one piece.
#include "server/wire/frame.h"
#include "tests/fuzz/require.h"

#include <vector>

namespace {

using acpd::wire::frame_header;

struct outcome {
  bool whole = true; // the stream is not broken
  std::string frames;
  bool operator==(const outcome&) const = default;
};

outcome frames_of(std::string_view stream, std::size_t piece) {
  acpd::wire::frame_splitter splitter;
  outcome out;
  for (std::size_t at = 0; out.whole && at < stream.size(); at += piece)
    out.whole = splitter.feed(stream.substr(at, piece),
                              [&](const frame_header& h, std::string_view payload) {
                                ACPD_REQUIRE(payload.size() == h.bytes);
                                acpd::wire::append_frame(out.frames, h, payload);
                              });
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const outcome all = frames_of(stream, 1 + stream.size());
  ACPD_REQUIRE(frames_of(stream, 1 + data[0]) == all);
  ACPD_REQUIRE(stream.starts_with(all.frames)); // encode and decode are inverse
  return 0;
}
