#pragma once

#include "indexer/search/search.h"

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>

namespace acpd::index {

/// Puts the hits' texts into an answer, read from the files, while a budget lasts. One answer.
class hit_text {
public:
  /// A token is taken as four bytes.
  hit_text(std::string root, std::size_t most_tokens)
      : root_(std::move(root)), bytes_left_(most_tokens * 4) {}

  /// "text", whole lines; "truncated" where the budget cut it. Nothing when the file is not as it
  /// was indexed any more: freshness.h sees that, too.
  void add(boost::json::object& to, const reader::view& view, const hit& of) {
    add(to, view, of.path, of.begin, of.end);
  }
  void add(boost::json::object& to, const reader::view& view, const std::string& path,
           std::uint32_t begin, std::uint32_t end);

private:
  const std::string root_;
  std::size_t bytes_left_;
};

} // namespace acpd::index
