#include "indexer/search/related.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace acpd::index {

std::vector<related_file> related(const reference_graph& g, const std::string& path,
                                  std::size_t limit) {
  const auto self = g.place_of(path);
  std::map<std::uint32_t, related_file> found;
  std::vector<double> used(g.files().size());
  for (const auto& e : g.edges()) {
    used[e.to] += e.weight;
    if (e.from == self) found[e.to].uses += e.weight;
    if (e.to == self) found[e.from].used_by += e.weight;
  }
  std::vector<related_file> all;
  for (auto& [place, f] : found) {
    f.path = g.files()[place].path;
    // What everybody uses (a logger, a string helper) says little about one of its users.
    f.score = f.uses / std::sqrt(1 + used[place]) + f.used_by / std::sqrt(1 + used[self]);
    all.push_back(std::move(f));
  }
  std::ranges::sort(all, [](const related_file& a, const related_file& b) {
    return a.score != b.score ? a.score > b.score : a.path < b.path;
  });
  if (all.size() > limit) all.resize(limit);
  return all;
}

} // namespace acpd::index
