#pragma once

#include "protocol/render.h"
#include "protocol/splice.h"
#include "tests/fuzz/require.h"

#include <string>
#include <string_view>
#include <vector>

namespace acpd::fuzz {

struct entry {
  std::uint64_t turn, process;
  std::string_view line;
};

/// One line an entry; its first byte picks turn and process.
inline std::vector<entry> entries_of(const unsigned char* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<entry> all;
  while (rest.size() > 1) {
    const auto pick = static_cast<unsigned char>(rest[0]);
    const auto line = rest.substr(1, rest.find('\n', 1) - 1);
    rest.remove_prefix(std::min(rest.size(), line.size() + 2));
    all.push_back({pick % 3U, pick / 3 % 2U, line});
  }
  return all;
}

/// Every frame is a whole line that takes a session id and _meta; a renderer that was primed with
/// the first half shows the second half as one that showed all.
inline void check_render(protocol::acp_version from, protocol::acp_version to,
                         const std::vector<entry>& entries) {
  using namespace protocol;
  const editor_view view{to, true, true, true, true, true};
  renderer whole(view);
  renderer primed(view);
  const std::size_t half = entries.size() / 2;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const entry& e = entries[i];
    const logged_update u{i + 1, e.turn, e.process, "m", e.line, from};
    std::vector<std::string> shown;
    whole.render(u, [&](const rendered_frame& f) {
      const auto parts = scan(f.line, {.max_depth = 1024});
      ACPD_REQUIRE(parts.has_value());
      ACPD_REQUIRE(f.where == splice_of(*parts, f.line));
      std::string out;
      render(out, f.line, f.where, R"("x")", R"("acpd/seq":1)");
      ACPD_REQUIRE(scan(out, {.max_depth = 1024}).has_value());
      shown.emplace_back(f.line);
    });
    if (i < half) {
      primed.prime(u);
      continue;
    }
    std::vector<std::string> again;
    primed.render(u, [&](const rendered_frame& f) { again.emplace_back(f.line); });
    ACPD_REQUIRE(shown == again);
  }
  // What is carried is v2 that a renderer takes.
  for (const std::string& line : whole.carried())
    ACPD_REQUIRE(scan(line, {.max_depth = 1024}).has_value());
}

} // namespace acpd::fuzz
