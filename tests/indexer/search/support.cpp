#include "tests/indexer/search/support.h"

namespace acpd::index::testing {

library::library(const std::vector<std::pair<std::string, std::string>>& files)
    : store_(folder_ / "index.db"), reader_(store_) {
  for (const auto& [path, text] : files)
    put(store_, path, text);
  store_.commit();
}

std::vector<std::string> library::find(std::string_view query, const search_options& options) {
  std::vector<std::string> found;
  for (const auto& h : search(look(), query, options))
    found.push_back(h.path + ":" + std::to_string(h.first_line));
  return found;
}

} // namespace acpd::index::testing
