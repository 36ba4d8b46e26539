#pragma once

#include <cstddef>

namespace acpd::protocol {

/// How many bytes the well-formed UTF-8 sequence at p has (Unicode 15, table 3-7: no overlong
/// forms, no surrogates, nothing above U+10FFFF); 0 when it is not well-formed or cut off. p < end.
inline std::size_t utf8_sequence(const char* p, const char* end) {
  const auto byte = [p](int i) { return static_cast<unsigned char>(p[i]); };
  const auto tail = [&](int i) { return (byte(i) & 0xC0U) == 0x80U; };
  const auto left = end - p;
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return left >= 2 && tail(1) ? 2 : 0;
  if (lead < 0xF0) {
    if (left < 3 || !tail(1) || !tail(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0; // overlong
    if (lead == 0xED && byte(1) > 0x9F) return 0; // surrogate
    return 3;
  }
  if (lead > 0xF4 || left < 4 || !tail(1) || !tail(2) || !tail(3)) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0; // overlong
  if (lead == 0xF4 && byte(1) > 0x8F) return 0; // above U+10FFFF
  return 4;
}

} // namespace acpd::protocol
