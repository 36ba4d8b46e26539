#pragma once

#include "indexer/search/search.h"
#include "tests/indexer/store/support.h"

#include <string>
#include <utility>
#include <vector>

namespace acpd::index::testing {

/// A small index of toy code (see the store's support.h), committed, with a reader.
class library {
public:
  explicit library(const std::vector<std::pair<std::string, std::string>>& files);

  reader::view look() { return reader_.look(); }
  store& writing() { return store_; }
  /// Hits as `path:first_line`.
  std::vector<std::string> find(std::string_view query, const search_options& options = {});

private:
  folder folder_;
  store store_;
  reader reader_;
};

} // namespace acpd::index::testing
