#pragma once

#include "indexer/store/analyser.h"
#include "indexer/store/blocks.h"
#include "indexer/store/postings.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// One term of a text: its number in the builder.
using term_id = std::uint32_t;

/// Collects the postings of the chunks that a transaction writes, and gives them as the sorted
/// blocks of a new segment. Owned by the writer, one thread. The words of a text are looked up, not
/// split and stemmed again: most words of a file have been seen before.
class segment_builder {
public:
  term_id intern(key_kind kind, std::string_view text);
  /// The terms of a word as it stands in a file; the last is the identifier as one word when
  /// `whole`.
  struct word_terms {
    std::span<const term_id> terms;
    bool whole = false;
  };
  word_terms terms_of(std::string_view word);
  /// A name as a key of its own; quick for names that stood in a text.
  term_id name_of(key_kind kind, std::string_view name);

  /// Documents must come in ascending order within a key kind.
  void add_word(term_id term, std::uint32_t doc, counts c);
  void add_reference(term_id term, std::uint32_t doc, std::string_view uses);

  std::size_t bytes() const { return bytes_; } // of the lists
  bool empty() const { return used_.empty(); }
  std::size_t terms() const { return lists_.size(); }
  /// A term's text, without its kind.
  std::string text_of(term_id term) const { return keys_[term].substr(1); }

  /// Gives all blocks in order and begins anew. Words stay known while they are few.
  void finish(const block_writer::emit& emit);

private:
  struct list {
    std::string bytes;
    posting_writer writer;
  };
  list& touch(term_id term);
  void forget();

  static constexpr term_id none = ~term_id{0};
  struct known_word {
    std::uint32_t first = 0; // in word_terms_
    std::uint16_t size = 0;
    bool whole = false;
    term_id reference = none, definition = none; // as such keys, once it was one
  };
  analyser analyser_;
  analysed scratch_;
  std::deque<std::string> keys_; // by term; never move: the map's keys point into them
  std::deque<std::string> words_;
  boost::unordered_flat_map<std::string_view, term_id> ids_;
  boost::unordered_flat_map<std::string_view, known_word> known_;
  std::deque<std::vector<term_id>> word_terms_;
  std::vector<list> lists_; // by term
  std::vector<term_id> used_;
  std::size_t bytes_ = 0;
};

} // namespace acpd::index
