#pragma once

#include "protocol/envelope.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace acpd::protocol {

/// A raw JSON value inside a line that scan() has accepted; empty when there is none. The line
/// outlives it. What is not there reads as empty, so that a chain needs no checks.
struct json_view {
  std::string_view raw;

  explicit operator bool() const { return !raw.empty() && raw != "null"; }
  json_view operator[](std::string_view key) const { return {member(raw, key)}; }
  bool is_string() const { return raw.starts_with('"'); }
  std::string text() const { return unquote(raw); }
  std::optional<std::int64_t> number() const {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    if (error != std::errc() || end != raw.data() + raw.size()) return std::nullopt;
    return value;
  }
  std::int64_t number_or(std::int64_t otherwise) const { return number().value_or(otherwise); }
  template <class F>
  void each(F f) const {
    if (raw.starts_with('['))
      for_each_element(raw, [&](std::string_view value) { f(json_view{value}); });
  }
};

} // namespace acpd::protocol
