#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace acpd::index {

inline void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

inline std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

inline void put_string(std::string& out, std::string_view s) {
  put_varint(out, s.size());
  out.append(s);
}

/// Reads what the functions above wrote. Damaged bytes give zeros and empty strings and end the
/// input: never a read outside of it.
class byte_reader {
public:
  explicit byte_reader(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool done() const { return at_ == end_; }
  std::uint64_t varint() {
    if (at_ != end_ && static_cast<signed char>(*at_) >= 0) [[likely]]
      return static_cast<unsigned char>(*at_++);
    std::uint64_t value = 0;
    for (unsigned shift = 0; at_ != end_ && shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    at_ = end_;
    return 0;
  }
  std::uint32_t natural() { return static_cast<std::uint32_t>(varint()); }
  std::uint8_t byte() { return at_ == end_ ? 0 : static_cast<std::uint8_t>(*at_++); }
  std::string_view take(std::uint64_t size) {
    if (size > static_cast<std::uint64_t>(end_ - at_)) {
      at_ = end_;
      return {};
    }
    const std::string_view taken(at_, size);
    at_ += size;
    return taken;
  }
  std::string_view string() { return take(varint()); }
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }

private:
  const char* at_;
  const char* end_;
};

} // namespace acpd::index
