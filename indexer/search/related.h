#pragma once

#include "indexer/search/graph.h"

#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// A file that has to do with another one.
struct related_file {
  std::string path;
  double uses = 0;    // weight of what the asked file uses of it
  double used_by = 0; // weight of what it uses of the asked file
  double score = 0;   // both, beside how much is used of everything in it
};

/// The files that use, or are used by, a file: most related first. Empty when the path is not
/// indexed, or stands alone.
std::vector<related_file> related(const reference_graph& g, const std::string& path,
                                  std::size_t limit = 20);

} // namespace acpd::index
