#pragma once

#include "indexer/search/embedding.h"
#include "indexer/search/ranking.h"
#include "indexer/store/reader.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

struct search_options {
  std::size_t limit = 30;
  std::string path_glob; // as fnmatch(3) with FNM_PATHNAME off: `*` crosses folders; empty: all
  std::string language;  // empty: all
  chunk_kind kind{};     // {}: all
  bool one_per_file = false;
  const embedding_table* vectors = nullptr; // see embedding.h; none: words only
};

/// Where to look, best first. Lines are those of the file when it was indexed.
struct hit {
  std::string path;
  std::uint32_t first_line = 0, last_line = 0;
  std::uint32_t begin = 0, end = 0; // bytes
  std::string name, qname;
  chunk_kind kind{};
  double score = 0;
  std::uint32_t file = 0, doc = 0;
};

/// Best hits for words, names or a sentence. Ordered by score, then path, then line.
std::vector<hit> search(const reader::view& v, std::string_view text,
                        const search_options& options = {}, const ranking& r = tuned);

} // namespace acpd::index
