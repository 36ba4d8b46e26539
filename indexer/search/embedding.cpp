#include "indexer/search/embedding.h"

#include <algorithm>
#include <cmath>

namespace acpd::index {
namespace {

std::vector<double> sum_of(const embedding_table& table, const std::vector<std::string>& words) {
  std::vector<double> sum;
  for (const auto& w : words) {
    const auto vector = table.vector_of(w);
    sum.resize(std::max(sum.size(), vector.size()));
    for (std::size_t i = 0; i < vector.size(); ++i)
      sum[i] += static_cast<double>(vector[i]);
  }
  return sum;
}

} // namespace

double similarity(const embedding_table& table, const std::vector<std::string>& a,
                  const std::vector<std::string>& b) {
  const auto x = sum_of(table, a);
  const auto y = sum_of(table, b);
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    xy += x[i] * y[i];
    xx += x[i] * x[i];
    yy += y[i] * y[i];
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

} // namespace acpd::index
