#pragma once

#include "indexer/store/analyser.h"

#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// One thing to look for in the word lists.
struct query_term {
  std::string text;     // as the lists have it: stemmed
  double weight = 1;    // beside what its rarity is worth
  bool derived = false; // an identifier as one word, beside its parts
};

/// What a person or an agent asked, taken apart.
struct parsed_query {
  std::vector<query_term> terms;        // no two of one text
  std::vector<std::string> own;         // the texts of those that are not derived
  std::vector<std::string> identifiers; // as written: `TcpStream`, `foo_bar`, words in quotes,
                                        // a query of one word
  std::size_t dropped = 0;              // terms beyond the limit
};

struct ranking;

/// Any text is a query: a sentence, names, a pasted line. Words that say nothing are left out.
parsed_query parse_query(std::string_view text, analyser& a, const ranking& r);

} // namespace acpd::index
