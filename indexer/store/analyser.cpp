#include "indexer/store/analyser.h"

#include <algorithm>

namespace acpd::index {
namespace {

constexpr std::size_t longest_word = 64;       // longer: data, not a name
constexpr std::size_t longest_identifier = 80; // as one word

constexpr std::array<bool, 256> make_word_bytes() {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c)
    table[static_cast<std::size_t>(c)] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                                         (c >= 'a' && c <= 'z') || c == '_' || c == '$' ||
                                         c >= 0x80;
  return table;
}

bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool lower(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }
bool digit(char c) { return c >= '0' && c <= '9'; }
char to_lower(char c) { return upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

// sorted
constexpr std::array<std::string_view, 48> stop_words = {
    "a",    "also", "an",   "and",  "any",  "are",   "as",   "at",    "be",    "been",
    "but",  "by",   "can",  "do",   "does", "for",   "from", "had",   "has",   "have",
    "how",  "if",   "in",   "into", "is",   "it",    "its",  "of",    "on",    "or",
    "so",   "such", "than", "that", "the",  "their", "then", "there", "these", "they",
    "this", "to",   "was",  "were", "when", "which", "will", "with"};

bool is_stop_word(std::string_view w) { return std::ranges::binary_search(stop_words, w); }

/// Where the sub-word that starts at `i` ends: camelCase, HTTPServer, utf8, snake_case.
std::size_t part_end(std::string_view w, std::size_t i) {
  std::size_t k = i + 1;
  if (digit(w[i])) {
    while (k < w.size() && digit(w[k]))
      ++k;
    return k;
  }
  if (upper(w[i])) {
    while (k < w.size() && upper(w[k]))
      ++k;
    if (k - i > 1) return k < w.size() && lower(w[k]) ? k - 1 : k; // the last capital starts a word
  }
  while (k < w.size() && lower(w[k]))
    ++k;
  return k;
}

} // namespace

const std::array<bool, 256> word_bytes = make_word_bytes();

void for_each_part(std::string_view word, const std::function<void(std::string_view)>& sink) {
  std::string part;
  for (std::size_t i = 0; i < word.size();) {
    if (!word_bytes[static_cast<unsigned char>(word[i])] || word[i] == '_' || word[i] == '$') {
      ++i;
      continue;
    }
    const auto end = part_end(word, i);
    part.assign(word.substr(i, end - i));
    std::ranges::transform(part, part.begin(), to_lower);
    sink(part);
    i = end;
  }
}

void analyser::analyse(std::string_view word, analysed& out) {
  out.parts.clear();
  out.whole.clear();
  if (word.size() > longest_identifier) return;
  std::size_t parts = 0;
  std::string joined;
  for_each_part(word, [&](std::string_view part) {
    joined += part;
    ++parts;
    if (part.size() < 2 || part.size() > longest_word || is_stop_word(part)) return;
    std::string stem;
    stemmer_.append(part, stem);
    out.parts.push_back(std::move(stem));
  });
  if (parts > 1 && joined.size() > 1) stemmer_.append(joined, out.whole);
}

} // namespace acpd::index
