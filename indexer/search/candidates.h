#pragma once

#include "indexer/search/query.h"
#include "indexer/search/ranking.h"
#include "indexer/store/reader.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace acpd::index {

/// A chunk that a query's words were found in, or in whose path.
struct candidate {
  std::uint32_t doc = 0, file = 0;
  double score = 0;      // BM25F, its file's path included
  double file_score = 0; // BM25 of its whole file
};

/// The order of all results: by score, then path, then place. Total, and the same for equal
/// indexes, whatever their history.
bool before(const reader::view& v, const candidate& a, const candidate& b);

/// What each term of a query is worth here by its rarity and its weight; 0: it is nowhere.
struct term_weights {
  std::vector<double> idf;
};

/// What may be found at all.
struct candidate_filter {
  std::function<bool(std::uint32_t file)> file;
  chunk_kind kind{}; // {}: any
};

/// The best chunks by BM25F over name, scope, body and path, best first.
std::vector<candidate> find_candidates(const reader::view& v, const parsed_query& q,
                                       const ranking& r, const candidate_filter& accept,
                                       term_weights& weights);

} // namespace acpd::index
