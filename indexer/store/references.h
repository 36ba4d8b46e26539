#pragma once

#include "indexer/facts.h"
#include "indexer/store/varint.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// How a name is used: tags.scm's words. Their places are on disk: only append.
inline constexpr std::array<std::string_view, 12> use_kinds = {
    "",      "call",     "type",   "class",  "implementation", "send",
    "macro", "constant", "module", "object", "interface",      "field"};

inline std::uint64_t use_kind_number(std::string_view kind) {
  for (std::size_t i = 1; i < use_kinds.size(); ++i)
    if (use_kinds[i] == kind) return i;
  return 0;
}

/// One use of a name in a chunk; the line counts from the chunk's first.
struct use {
  std::uint64_t kind = 0;
  std::int64_t line = 0;
};

/// The payload of a reference posting: (kind, line)*.
inline void put_use(std::string& out, use u) {
  put_varint(out, u.kind);
  put_varint(out, zigzag(u.line));
}

template <class Sink>
void read_uses(std::string_view uses, Sink&& sink) {
  byte_reader in(uses);
  while (!in.done()) {
    const auto kind = in.varint();
    const auto line = unzigzag(in.varint());
    sink(use{kind, line});
  }
}

} // namespace acpd::index
