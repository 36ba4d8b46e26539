// Any log, one line an entry (its first byte picks turn, process and message): every frame of a
// valid log is valid, in order, and nothing is added.
#include "protocol/compaction.h"

#include "protocol/envelope.h"
#include "tests/fuzz/require.h"

using namespace acpd::protocol;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  compactor c;
  std::uint64_t seq = 0;
  while (rest.size() > 1) {
    const auto pick = static_cast<unsigned char>(rest[0]);
    const auto line = rest.substr(1, rest.find('\n', 1) - 1);
    rest.remove_prefix(std::min(rest.size(), line.size() + 2));
    if (!scan(line)) continue;
    c.add({++seq, pick % 3U, pick / 3 % 2U, pick / 6 % 2U == 0 ? "a" : "b", line});
  }
  std::vector<std::vector<folded_frame>> folds{c.finish()};
  ACPD_REQUIRE(folds[0].size() <= seq);
  std::uint64_t last = 0;
  for (const auto& f : folds[0]) {
    ACPD_REQUIRE(f.seq > last && f.seq <= seq);
    last = f.seq;
    const auto e = scan(f.line, {.max_depth = 257});
    ACPD_REQUIRE(e.has_value());
    ACPD_REQUIRE(f.where == splice_of(*e, f.line));
  }
  const auto before = folds[0].size();
  drop_superseded(folds);
  ACPD_REQUIRE(folds[0].size() == before); // one fold has nothing superseded
  return 0;
}
