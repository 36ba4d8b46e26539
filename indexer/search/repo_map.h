#pragma once

#include "indexer/search/graph.h"

#include <string>
#include <vector>

namespace acpd::index {

struct map_options {
  std::size_t most_tokens = 2000;
  std::vector<std::string> focus; // paths from which the map is seen; empty: the whole repository
  std::string root;               // where the files are: their lines are shown as they stand
};

/// The most important definitions of a repository, as text: each file's path, and below it the
/// lines that define what others use most, within a budget of tokens (taken as four bytes each).
/// Importance is personalised PageRank over the reference graph, shared out among a file's symbols
/// by how much each is used.
struct map_answer {
  std::string text;
  std::size_t files = 0, symbols = 0;
  std::size_t left_out = 0; // definitions that the budget had no room for
};
map_answer repo_map(const reader::view& v, const reference_graph& g, const map_options& options);

} // namespace acpd::index
