#pragma once

#include "indexer/store/stemmer.h"

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// Identifier characters: letters, digits, `_`, `$` and everything that is not ASCII.
extern const std::array<bool, 256> word_bytes;

/// Calls sink(word) for each longest run of identifier characters.
template <class Sink>
void scan_words(std::string_view text, Sink&& sink) {
  std::size_t i = 0;
  const auto is_word = [&](std::size_t k) {
    return word_bytes[static_cast<unsigned char>(text[k])];
  };
  while (i < text.size()) {
    if (!is_word(i)) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (++i < text.size() && is_word(i)) {
    }
    sink(text.substr(begin, i - begin));
  }
}

/// Calls sink(part) for each sub-word of an identifier or path component, in lower case:
/// `HTTPServer_v2` gives http, server, v, 2.
void for_each_part(std::string_view word, const std::function<void(std::string_view)>& sink);

/// What one word of a text is found by.
struct analysed {
  std::vector<std::string> parts; // stemmed sub-words, without stop words, in order
  std::string whole;              // stem of the identifier written as one word; empty: one part
};

/// Words → terms, the same for texts and queries. One thread at a time.
class analyser {
public:
  /// `out` is reused: its strings are overwritten.
  void analyse(std::string_view word, analysed& out);

private:
  stemmer stemmer_;
};

} // namespace acpd::index
