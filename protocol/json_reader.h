#pragma once

#include "protocol/utf8.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace acpd::protocol {

/// What a JSON value is. Integers have no fraction and no exponent as written: 1.0 is a fraction.
enum class value_kind : std::uint8_t {
  none, // nothing read yet, or not JSON
  object,
  array,
  string,
  integer,
  fraction,
  boolean,
  null,
};

/// The first byte in [p, end) that needs a look inside a string: quote, backslash, control,
/// non-ASCII.
inline const char* plain_end(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i space = _mm_set1_epi8(' ');
  while (end - p >= 16) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    // Signed: bytes from 0x80 up count as below ' ', like control characters.
    const __m128i odd =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, backslash)),
                     _mm_cmplt_epi8(x, space));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(odd));
    if (mask != 0) return p + std::countr_zero(mask);
    p += 16;
  }
#else
  constexpr std::uint64_t ones = 0x0101010101010101ULL;
  constexpr std::uint64_t high = 0x8080808080808080ULL;
  const auto has_zero = [](std::uint64_t x) { return (x - ones) & ~x & high; };
  while (end - p >= 8) {
    std::uint64_t x = 0;
    std::memcpy(&x, p, 8);
    const bool odd = ((x & high) | has_zero(x ^ (ones * '"')) | has_zero(x ^ (ones * '\\')) |
                      ((x - ones * ' ') & ~x & high)) != 0;
    if (odd) break;
    p += 8;
  }
#endif
  while (p != end && *p >= ' ' && *p != '"' && *p != '\\' && (*p & 0x80) == 0)
    ++p;
  return p;
}

/// Walks over strict RFC 8259 text in UTF-8, validating, without decoding or allocating. A newline
/// is refused even where JSON allows one: it would end the line. For this room only; recursion is
/// bounded by max_depth (at most hard_max_depth). Lives on the stack of one call.
class json_reader {
public:
  static constexpr std::uint32_t hard_max_depth = 1024;

  json_reader(std::string_view text, std::uint32_t max_depth)
      : begin_(text.data()), p_(begin_), end_(begin_ + text.size()),
        max_depth_(max_depth < hard_max_depth ? max_depth : hard_max_depth) {}

  /// Why and where it stopped; nullptr while all is well.
  const char* error() const { return error_; }
  std::uint32_t at() const { return static_cast<std::uint32_t>(p_ - begin_); }
  const char* here() const { return p_; }
  bool at_end() const { return p_ == end_; }
  bool at_char(char c) const { return p_ != end_ && *p_ == c; }
  /// Whether the string read last has escapes.
  bool escaped() const { return escaped_; }

  void skip_space() {
    while (p_ != end_ && (*p_ == ' ' || *p_ == '\t' || *p_ == '\r'))
      ++p_;
  }

  /// Reads one value; `depth` is the level that it has if it is an object or array. Starts at its
  /// first byte.
  value_kind value(std::uint32_t depth) {
    if (p_ == end_) return fail("the text ends where a value should be");
    switch (*p_) {
    case '"': return string() ? value_kind::string : value_kind::none;
    case '{': return object(depth, [&](std::string_view) { return value(depth + 1); });
    case '[': return array(depth, [&] { return value(depth + 1); });
    case 't': return literal("true", value_kind::boolean);
    case 'f': return literal("false", value_kind::boolean);
    case 'n': return literal("null", value_kind::null);
    default: return number();
    }
  }

  /// Reads an object; member(key) is called at each value's first byte and must read it and return
  /// its kind. `key` is without quotes, escapes left as they are (see escaped()).
  template <class F>
  value_kind object(std::uint32_t depth, F&& member) {
    if (depth > max_depth_) return fail("nested too deep");
    ++p_;
    skip_space();
    if (take('}')) return value_kind::object;
    for (;;) {
      if (!at_char('"')) return fail("expected a member name in quotes");
      const char* key = p_ + 1;
      if (!string()) return value_kind::none;
      const std::string_view name(key, static_cast<std::size_t>(p_ - 1 - key));
      skip_space();
      if (!take(':')) return fail("expected ':' after a member name");
      skip_space();
      if (member(name) == value_kind::none) return value_kind::none;
      skip_space();
      if (take('}')) return value_kind::object;
      if (!take(',')) return fail("expected ',' or '}' after a member");
      skip_space();
    }
  }

  template <class F>
  value_kind array(std::uint32_t depth, F&& element) {
    if (depth > max_depth_) return fail("nested too deep");
    ++p_;
    skip_space();
    if (take(']')) return value_kind::array;
    for (;;) {
      if (element() == value_kind::none) return value_kind::none;
      skip_space();
      if (take(']')) return value_kind::array;
      if (!take(',')) return fail("expected ',' or ']' after an element");
      skip_space();
    }
  }

  [[gnu::always_inline]] bool string() {
    ++p_;
    escaped_ = false;
    p_ = plain_end(p_, end_);
    if (p_ != end_ && *p_ == '"') return ++p_, true;
    return odd_string();
  }

  /// The rest of a string from the first byte that is not plain.
  bool odd_string() {
    for (;;) {
      if (p_ == end_) return failed("a string is not closed");
      if (*p_ == '"') return ++p_, true;
      if (*p_ == '\\') {
        if (!escape()) return failed("unknown escape in a string");
      } else if (!non_ascii()) {
        return false;
      }
      p_ = plain_end(p_, end_);
    }
  }

  value_kind fail(const char* what) {
    error_ = what;
    return value_kind::none;
  }

  bool take(char c) {
    if (!at_char(c)) return false;
    ++p_;
    return true;
  }

private:
  bool failed(const char* what) {
    error_ = what;
    return false;
  }

  bool non_ascii() {
    if ((*p_ & 0x80) == 0) return failed("control character in a string: escape it");
    while (p_ != end_ && (*p_ & 0x80) != 0) {
      const std::size_t n = utf8_sequence(p_, end_);
      if (n == 0) return failed("not UTF-8");
      p_ += n;
    }
    return true;
  }

  bool escape() {
    escaped_ = true;
    if (end_ - p_ < 2) return false;
    const char c = p_[1];
    if (c == 'u') {
      if (end_ - p_ < 6) return false;
      for (int i = 2; i < 6; ++i) {
        if (!is_hex(p_[i])) return false;
      }
      p_ += 6;
      return true;
    }
    if (c == '\0' || std::strchr("\"\\/bfnrt", c) == nullptr) return false;
    p_ += 2;
    return true;
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  bool digits() {
    const char* first = p_;
    while (p_ != end_ && is_digit(*p_))
      ++p_;
    return p_ != first;
  }

  value_kind number() {
    take('-');
    if (!take('0') && !digits()) return fail("expected a value");
    auto kind = value_kind::integer;
    if (take('.')) {
      kind = value_kind::fraction;
      if (!digits()) return fail("expected a digit after '.'");
    }
    if (take('e') || take('E')) {
      kind = value_kind::fraction;
      if (!take('+')) take('-');
      if (!digits()) return fail("expected a digit in an exponent");
    }
    return kind;
  }

  value_kind literal(std::string_view word, value_kind kind) {
    if (static_cast<std::size_t>(end_ - p_) < word.size() ||
        std::memcmp(p_, word.data(), word.size()) != 0) {
      return fail("expected a value");
    }
    p_ += word.size();
    return kind;
  }

  const char* begin_;
  const char* p_;
  const char* end_;
  std::uint32_t max_depth_;
  bool escaped_ = false;
  const char* error_ = nullptr;
};

} // namespace acpd::protocol
