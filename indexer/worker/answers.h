#pragma once

#include "indexer/search/graph.h"
#include "indexer/store/reader.h"
#include "indexer/worker/arguments.h"

#include <boost/json/object.hpp>
#include <optional>
#include <string>

namespace acpd::index {

/// What a question is answered from.
struct answer_source {
  const reader::view& view;
  const std::string& root;
  std::optional<reference_graph>& graph; // kept from question to question, while nothing changes
};

/// One function a question (WORKER.md has their members). Pure reading; throws bad_request and
/// database_error. Lines and texts are those of the index: whether the files still are so is
/// freshness.h's business.
boost::json::object answer_search(const answer_source& from, const arguments& asked);
boost::json::object answer_symbol(const answer_source& from, const arguments& asked);
boost::json::object answer_outline(const answer_source& from, const arguments& asked);
boost::json::object answer_related(const answer_source& from, const arguments& asked);
boost::json::object answer_repo_map(const answer_source& from, const arguments& asked);

} // namespace acpd::index
