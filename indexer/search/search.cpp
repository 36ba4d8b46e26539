#include "indexer/search/search.h"

#include "indexer/search/rank.h"

#include <algorithm>
#include <fnmatch.h>
#include <unordered_map>
#include <unordered_set>

namespace acpd::index {
namespace {

/// Asks a file's path and language once a query.
class file_filter {
public:
  file_filter(const catalog& entries, const search_options& o) : entries_(entries), options_(o) {}
  bool operator()(std::uint32_t file) {
    if (options_.path_glob.empty() && options_.language.empty()) return true;
    const auto [at, first] = known_.try_emplace(file, false);
    if (first) at->second = matches(entries_.file(file));
    return at->second;
  }

private:
  bool matches(const file_entry& f) const {
    if (!options_.language.empty() && f.language != options_.language) return false;
    return options_.path_glob.empty() ||
           ::fnmatch(options_.path_glob.c_str(), f.path.c_str(), 0) == 0;
  }

  const catalog& entries_;
  const search_options& options_;
  std::unordered_map<std::uint32_t, bool> known_;
};

/// The chunk's lines; of a container those before its first member, which say what it is.
void set_range(hit& h, const chunk_row& c, connection& db) {
  h.first_line = c.first_line;
  h.last_line = c.last_line;
  h.begin = c.begin;
  h.end = c.end;
  if (c.kind != chunk_kind::container) return;
  constexpr std::uint32_t most_lines = 60;
  h.last_line = std::min(h.last_line, h.first_line + most_lines - 1);
  for (const auto& member : chunks_of(db, c.file)) {
    if (member.doc == c.doc || member.begin < c.begin) continue;
    if (member.first_line > c.first_line)
      h.last_line = std::min(h.last_line, member.first_line - 1);
    break;
  }
}

} // namespace

std::vector<hit> search(const reader::view& v, std::string_view text, const search_options& options,
                        const ranking& r) {
  analyser a;
  const auto q = parse_query(text, a, r);
  file_filter filter(v.entries(), options);
  term_weights weights;
  auto candidates = find_candidates(v, q, r, {std::ref(filter), options.kind}, weights);
  rank(v, q, r, weights, options.vectors, candidates);
  std::vector<hit> hits;
  std::unordered_set<std::uint32_t> files;
  for (const auto& c : candidates) {
    if (hits.size() == options.limit) break;
    if (options.one_per_file && !files.insert(c.file).second) continue;
    const auto row = find_chunk(v.db(), c.doc);
    if (!row) continue;
    hit h;
    h.path = v.entries().file(c.file).path;
    h.name = row->name;
    h.qname = row->qname;
    h.kind = row->kind;
    h.score = c.score;
    h.file = c.file;
    h.doc = c.doc;
    set_range(h, *row, v.db());
    hits.push_back(std::move(h));
  }
  return hits;
}

} // namespace acpd::index
