#include "indexer/store/word_table.h"

#include <algorithm>
#include <cstring>

namespace acpd::index {
namespace {

constexpr std::size_t first_slots = 1 << 12;
constexpr std::uint64_t upper_half = ~std::uint64_t{0xffffffff};

bool is_of(const word_table::entry& e, std::string_view word, std::uint64_t hash) {
  if (e.hash != hash || e.size != word.size()) return false;
  const char* text = word.size() <= e.head.size() ? e.head.data() : e.text;
  return std::memcmp(text, word.data(), word.size()) == 0;
}

} // namespace

void word_table::clear() {
  slots_ = std::vector<std::uint64_t>(first_slots);
  mask_ = first_slots - 1;
  entries_ = {};
  more_terms_ = {};
  texts_.release();
}

word_table::entry* word_table::find(std::string_view word, std::uint64_t hash) {
  for (auto at = hash & mask_; slots_[at] != 0; at = (at + 1) & mask_) {
    if ((slots_[at] & upper_half) != (hash & upper_half)) continue;
    auto& e = entries_[static_cast<std::uint32_t>(slots_[at]) - 1];
    if (is_of(e, word, hash)) return &e;
  }
  return nullptr;
}

word_table::entry& word_table::add(std::string_view word, std::uint64_t hash,
                                   std::span<const term_id> terms, bool whole) {
  if (2 * (entries_.size() + 1) > slots_.size()) grow();
  auto& e = entries_.emplace_back();
  e.hash = hash;
  e.size = static_cast<std::uint32_t>(word.size());
  e.count = static_cast<std::uint16_t>(terms.size());
  e.whole = whole;
  std::ranges::copy(word.substr(0, e.head.size()), e.head.begin());
  if (word.size() > e.head.size()) {
    auto* text = static_cast<char*>(texts_.allocate(word.size(), 1));
    std::ranges::copy(word, text);
    e.text = text;
  }
  if (terms.size() <= e.terms.size()) {
    std::ranges::copy(terms, e.terms.begin());
  } else {
    e.terms[0] = static_cast<term_id>(more_terms_.size());
    more_terms_.insert(more_terms_.end(), terms.begin(), terms.end());
  }
  place(hash, static_cast<std::uint32_t>(entries_.size()));
  return e;
}

std::span<const term_id> word_table::terms_of(const entry& e) const {
  if (e.count <= e.terms.size()) return {e.terms.data(), e.count};
  return {more_terms_.data() + e.terms[0], e.count};
}

void word_table::place(std::uint64_t hash, std::uint32_t number) {
  auto at = hash & mask_;
  while (slots_[at] != 0)
    at = (at + 1) & mask_;
  slots_[at] = (hash & upper_half) | number;
}

void word_table::grow() {
  slots_.assign(2 * slots_.size(), 0);
  mask_ = slots_.size() - 1;
  for (std::uint32_t i = 0; i < entries_.size(); ++i)
    place(entries_[i].hash, i + 1);
}

} // namespace acpd::index
