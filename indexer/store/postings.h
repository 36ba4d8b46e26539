#pragma once

#include "indexer/store/varint.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace acpd::index {

/// The first byte of a key says what its list names.
enum class key_kind : char {
  definition = 'd', // an exact name → chunks with a symbol of that name
  path = 'p',       // a word of a path → files
  reference = 'r',  // an exact name → chunks that use it, and on which lines
  word = 'w',       // a stemmed word → chunks
};

inline std::string make_key(key_kind kind, std::string_view text) {
  std::string key(1, static_cast<char>(kind));
  key += text;
  return key;
}

/// How often a word stands in each field of a chunk: in its own name, in what declares it
/// (enclosing names and the lines of its signature), in all of it. Of a path: `name` counts what
/// names the file, `scope` the folders. Capped at what a list stores: BM25's saturation makes more
/// worthless.
struct counts {
  std::uint8_t name = 0, scope = 0, body = 0;
};
inline constexpr std::uint8_t most_name = 3, most_scope = 3, most_body = 15;

/// A list is (document number's distance to the one before, payload)*, ascending. The distance is
/// shifted by one bit: set for "once in the body", the most common payload, which takes no byte.
/// The payload of a reference is a string of its own (see references.h).
class posting_writer {
public:
  void add_word(std::string& list, std::uint32_t doc, counts c) {
    const bool plain = c.name == 0 && c.scope == 0 && c.body == 1;
    put_varint(list, (static_cast<std::uint64_t>(doc - last_) << 1) | (plain ? 1 : 0));
    last_ = doc;
    if (plain) return;
    const unsigned packed = std::min(c.name, most_name) << 6 | std::min(c.scope, most_scope) << 4 |
                            std::min(c.body, most_body);
    list.push_back(static_cast<char>(packed));
  }
  void add_reference(std::string& list, std::uint32_t doc, std::string_view uses) {
    put_varint(list, doc - last_);
    last_ = doc;
    put_string(list, uses);
  }

private:
  std::uint32_t last_ = 0;
};

/// Calls sink(doc, counts) for each posting of a word, path or definition list.
template <class Sink>
void read_words(std::string_view list, Sink&& sink) {
  byte_reader in(list);
  std::uint32_t doc = 0;
  while (!in.done()) {
    const auto head = in.varint();
    doc += static_cast<std::uint32_t>(head >> 1);
    if ((head & 1) != 0) {
      sink(doc, counts{0, 0, 1});
      continue;
    }
    const unsigned packed = in.byte();
    sink(doc,
         counts{static_cast<std::uint8_t>(packed >> 6), static_cast<std::uint8_t>(packed >> 4 & 3),
                static_cast<std::uint8_t>(packed & 15)});
  }
}

/// Calls sink(doc, payload) for each posting of a reference list.
template <class Sink>
void read_references(std::string_view list, Sink&& sink) {
  byte_reader in(list);
  std::uint32_t doc = 0;
  while (!in.done()) {
    doc += in.natural();
    sink(doc, in.string());
  }
}

} // namespace acpd::index
