#include "indexer/parse/lines.h"

#include <algorithm>
#include <cstring>

namespace acpd::index {

line_index::line_index(std::string_view text) : text_(text) {
  starts_.reserve(text.size() / 32 + 2);
  starts_.push_back(0);
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = begin; at != end;) {
    const auto* newline =
        static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    at = newline ? newline + 1 : end;
    starts_.push_back(static_cast<std::uint32_t>(at - begin));
  }
}

std::uint32_t line_index::line_of(std::uint32_t at) const {
  const auto it = std::upper_bound(starts_.begin(), starts_.end() - 1, at);
  return it == starts_.begin() ? 0 : static_cast<std::uint32_t>(it - starts_.begin() - 1);
}

} // namespace acpd::index
