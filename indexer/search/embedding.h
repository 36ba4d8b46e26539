#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// A table of word vectors that may stand beside the words. None is built in: there is none that
/// can be had from Debian or npm, and one trained on the repository itself gave no reliable gain.
/// Given to search(), it adds ranking::embedding times the cosine of query and qualified name to a
/// candidate's score. Any thread; must outlive the searches.
class embedding_table {
public:
  virtual ~embedding_table() = default;
  /// The vector of a stemmed word, all of one length; empty when it is not in the table.
  virtual std::span<const float> vector_of(std::string_view word) const = 0;
};

/// The cosine of the sums of two lists of words; 0 when one of them has no vector.
double similarity(const embedding_table& table, const std::vector<std::string>& a,
                  const std::vector<std::string>& b);

} // namespace acpd::index
