#include "protocol/envelope.h"
#include "protocol/json_reader.h"

namespace acpd::protocol {
namespace {

constexpr std::uint32_t replacement = 0xFFFD;

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

/// The code unit of \uXXXX at the start of text; above 0xFFFF when there is none.
std::uint32_t code_unit(std::string_view text) {
  constexpr std::uint32_t none = 0x10000;
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return none;
  std::uint32_t unit = 0;
  for (const char c : text.substr(2, 4)) {
    const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
    if (digit == std::string_view::npos) return none;
    unit = unit * 16 + static_cast<std::uint32_t>(digit);
  }
  return unit;
}

/// Appends what the escape at the start of text means; returns how many bytes it has.
std::size_t append_escape(std::string& out, std::string_view text) {
  if (text.size() < 2) return text.size();
  if (text[1] != 'u') {
    constexpr std::string_view names = "bfnrt";
    const auto i = names.find(text[1]);
    out += i == std::string_view::npos ? text[1] : "\b\f\n\r\t"[i];
    return 2;
  }
  const std::uint32_t high = code_unit(text);
  if (high > 0xFFFF) return 2;
  if ((high & 0xFC00U) == 0xD800U) {
    const std::uint32_t low = code_unit(text.substr(6));
    if (low <= 0xFFFF && (low & 0xFC00U) == 0xDC00U) {
      append_utf8(out, 0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF));
      return 12;
    }
  }
  append_utf8(out, (high & 0xF800U) == 0xD800U ? replacement : high);
  return 6;
}

void append_unescaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto plain = text.find('\\');
    out += text.substr(0, plain);
    if (plain == std::string_view::npos) return;
    text.remove_prefix(plain);
    text.remove_prefix(append_escape(out, text));
  }
}

/// Appends the JSON form of the byte at *p that plain_end() stopped at; returns how many it took.
std::size_t append_odd(std::string& out, const char* p, const char* end) {
  const char c = *p;
  if (c == '"' || c == '\\') {
    (out += '\\') += c;
    return 1;
  }
  if ((c & 0x80) != 0) {
    const std::size_t n = utf8_sequence(p, end);
    if (n == 0) {
      append_utf8(out, replacement);
      return 1;
    }
    out.append(p, n);
    return n;
  }
  constexpr std::string_view names = "\b\f\n\r\t";
  if (const auto i = names.find(c); i != std::string_view::npos) {
    (out += '\\') += "bfnrt"[i];
    return 1;
  }
  constexpr std::string_view hex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  ((out += "\\u00") += hex[byte >> 4]) += hex[byte & 15U];
  return 1;
}

} // namespace

bool same_text(std::string_view raw, std::string_view text) {
  if (raw.find('\\') == std::string_view::npos) return raw == text;
  if (raw.size() > 6 * text.size()) return false; // no escape is longer for a byte
  std::string plain;
  append_unescaped(plain, raw);
  return plain == text;
}

std::string unquote(std::string_view raw) {
  std::string out;
  if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return out;
  append_unescaped(out, raw.substr(1, raw.size() - 2));
  return out;
}

void append_quoted(std::string& out, std::string_view text) {
  out.reserve(out.size() + text.size() + 2);
  out += '"';
  const char* p = text.data();
  const char* end = p + text.size();
  while (p != end) {
    const char* odd = plain_end(p, end);
    out.append(p, odd);
    p = odd;
    if (p != end) p += append_odd(out, p, end);
  }
  out += '"';
}

std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

} // namespace acpd::protocol
