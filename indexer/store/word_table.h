#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>
#include <xxhash.h>

namespace acpd::index {

/// One term of a text: its number in the builder.
using term_id = std::uint32_t;
inline constexpr term_id no_term = ~term_id{0};

/// A hash for tables of texts that needs no mixing afterwards.
struct text_hash {
  using is_avalanching = void;
  std::size_t operator()(std::string_view text) const {
    return XXH3_64bits(text.data(), text.size());
  }
};

/// The words that a builder has met, and the terms of each. Half of the writer's time was waiting
/// for memory here: a word is one cache line, and the lines of the next words of a text can be
/// fetched while one is counted. Owned by segment_builder, one thread.
class word_table {
public:
  struct alignas(64) entry {
    std::uint64_t hash = 0;
    const char* text = nullptr; // in texts_
    std::uint32_t size = 0;     // of the text
    std::uint16_t count = 0;    // of the terms
    bool whole = false;         // the last term is the identifier as one word
    term_id reference = no_term, definition = no_term; // as such keys, once it was one
    std::array<term_id, 4> terms{}; // more than these: the first says where in more_terms_
    std::array<char, 16> head{};    // of the text
  };

  word_table() { clear(); }
  /// Starts fetching what find() will read; the first before the second.
  void expect_slot(std::uint64_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
  void expect_entry(std::uint64_t hash) const {
    const auto at = static_cast<std::uint32_t>(slots_[hash & mask_]);
    if (at != 0) __builtin_prefetch(&entries_[at - 1]);
  }
  entry* find(std::string_view word, std::uint64_t hash); // lives until the next add()
  entry& add(std::string_view word, std::uint64_t hash, std::span<const term_id> terms, bool whole);
  std::span<const term_id> terms_of(const entry& e) const;
  std::size_t size() const { return entries_.size(); }
  void clear();

private:
  void grow();
  void place(std::uint64_t hash, std::uint32_t number);

  std::vector<std::uint64_t> slots_; // upper half of the hash, number of the entry + 1; 0: free
  std::size_t mask_ = 0;
  std::vector<entry> entries_;
  std::vector<term_id> more_terms_;
  std::pmr::monotonic_buffer_resource texts_;
};

} // namespace acpd::index
