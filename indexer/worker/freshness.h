#pragma once

#include "indexer/store/reader.h"

#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace acpd::index {

/// The paths that an answer names and whose files are not as they were indexed: changed, or gone.
std::vector<std::string> stale_paths(const boost::json::object& answer, const reader::view& view,
                                     const std::string& root);

/// Writes `stale` into every place of the answer that names a file.
void mark_stale(boost::json::object& answer, const std::vector<std::string>& stale);

} // namespace acpd::index
