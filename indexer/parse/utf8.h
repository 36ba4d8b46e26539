#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace acpd::index {

/// The length of the longest prefix of at most `limit` bytes that does not cut a character.
inline std::size_t utf8_prefix(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text.size();
  auto end = limit;
  while (end > 0 && limit - end < 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  return end == 0 || limit - end == 4 ? limit : end; // not UTF-8: cut anywhere
}

/// Each byte that is no part of a UTF-8 character becomes U+FFFD.
std::string valid_utf8(std::string text);

} // namespace acpd::index
