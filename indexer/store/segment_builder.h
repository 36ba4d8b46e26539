#pragma once

#include "indexer/store/analyser.h"
#include "indexer/store/blocks.h"
#include "indexer/store/postings.h"
#include "indexer/store/word_table.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

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
  word_terms terms_of(std::string_view word, std::uint64_t hash); // lives until the next one
  /// Announces words (first), and lists, that will be needed in a moment.
  const word_table& known() const { return known_; }
  void expect_list(term_id term) const { __builtin_prefetch(&lists_[term]); }
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
  /// Forgets all words, and gives their memory back. Only while it is empty.
  void forget();

private:
  struct list {
    std::string bytes;
    posting_writer writer;
  };
  list& touch(term_id term);

  analyser analyser_;
  analysed scratch_;
  std::deque<std::string> keys_; // by term; never move: the map's keys point into them
  boost::unordered_flat_map<std::string_view, term_id, text_hash> ids_;
  word_table known_;
  std::vector<term_id> made_; // the terms of a word that was not known
  std::vector<list> lists_;   // by term
  std::vector<term_id> used_;
  std::size_t bytes_ = 0;
};

} // namespace acpd::index
