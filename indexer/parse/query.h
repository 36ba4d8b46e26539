#pragma once

#include "indexer/grammars/languages.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <tree_sitter/api.h>
#include <vector>

namespace acpd::index {

/// A node of a pattern.
struct query_step {
  std::vector<TSSymbol> kinds;          // empty: any
  bool named = false;                   // "(_)": any that is no token
  TSFieldId field = 0;                  // 0: wherever it stands
  bool adjacent = false;                // ".": right behind the one before it, or first
  bool last = false;                    // ".": nothing behind it
  std::vector<TSFieldId> absent;        // "!field"
  std::vector<std::uint32_t> captures;  // indices into query::captures
  std::vector<query_step> children;     // in this order among the node's own
  std::vector<query_step> alternatives; // "[…]": one of these
};

/// (#eq? @a "x"), (#any-of? @a "x" "y") and their not- forms.
struct text_test {
  std::uint32_t capture = 0;
  bool wanted = true;
  std::vector<std::string> values;
};

struct query_pattern {
  query_step root;
  std::vector<text_test> tests;
  std::uint32_t offset = 0; // in the text
};

/// A file of queries as Tree-sitter defines them
/// (https://tree-sitter.github.io/tree-sitter/using-parsers/queries), less what the index does not
/// need: quantifiers, supertypes, groups of siblings and tests other than those above.
struct query {
  std::vector<query_pattern> patterns;
  std::vector<std::string> captures;
};

/// Throws std::logic_error, naming language and place, where the text is no such query or names a
/// node or a field that the grammar does not have.
query read_query(const language& lang, std::string_view text);

} // namespace acpd::index
