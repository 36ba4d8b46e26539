#pragma once

#include "indexer/search/candidates.h"
#include "indexer/search/embedding.h"

#include <vector>

namespace acpd::index {

/// The layer above BM25F: reorders the candidates by what their path, name and file say.
/// `vectors` may be null.
void rank(const reader::view& v, const parsed_query& q, const ranking& r,
          const term_weights& weights, const embedding_table* vectors,
          std::vector<candidate>& candidates);

} // namespace acpd::index
