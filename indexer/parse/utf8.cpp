#include "indexer/parse/utf8.h"

namespace acpd::index {
namespace {

/// The length of the character that text begins with (RFC 3629, section 4); 0 where there is none.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto first = byte(0);
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    const bool fits = (first != 0xe0 || byte(1) >= 0xa0) && (first != 0xed || byte(1) < 0xa0);
    return fits && tail(1) && tail(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool fits = (first != 0xf0 || byte(1) >= 0x90) && (first != 0xf4 || byte(1) < 0x90);
    return fits && tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

} // namespace

std::string valid_utf8(std::string text) {
  std::string out;
  std::string_view rest = text;
  bool changed = false;
  while (!rest.empty()) {
    const auto length = character(rest);
    if (length == 0)
      out += "\xef\xbf\xbd", changed = true;
    else
      out += rest.substr(0, length);
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  return changed ? out : text;
}

} // namespace acpd::index
