#include "server/wire/nearest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace acpd::wire {
namespace {

constexpr std::size_t longest_compared = 64; // a name in a configuration is shorter

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above + 1, row[j - 1] + 1, change});
      diagonal = above;
    }
  }
  return row[b.size()];
}

} // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  if (word.size() > longest_compared) return best;
  std::size_t allowed = word.size() / 3 + 1;
  for (std::string_view candidate : candidates)
    if (const std::size_t d = distance(word, candidate.substr(0, longest_compared)); d < allowed) {
      best = candidate;
      allowed = d;
    }
  return best;
}

} // namespace acpd::wire
