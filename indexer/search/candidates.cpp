#include "indexer/search/candidates.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_map>

namespace acpd::index {
namespace {

struct posting {
  std::uint32_t number; // of a document or a file
  counts c;
};

/// Files whose path alone speaks for them, and whose chunks become candidates, too.
constexpr std::size_t most_path_files = 10;

/// The scores of one query: one pass over each term's lists. A chunk's score is that of its file's
/// path (for each term, saturated) and what the chunk itself adds to that.
class scorer {
public:
  scorer(const reader::view& v, const ranking& r, const candidate_filter& accept)
      : view_(v), ranking_(r), accept_(accept), scores_(v.entries().doc_end()),
        file_scores_(v.entries().file_end()), file_counts_(v.entries().file_end()) {
    const auto& sums = v.entries().sums();
    chunks_ = static_cast<double>(std::max<std::uint64_t>(sums.chunks, 1));
    files_ = static_cast<double>(std::max<std::uint64_t>(sums.files, 1));
    const auto words = static_cast<double>(sums.words);
    average_words_ = std::max(1.0, words / chunks_);
    average_file_words_ = std::max(1.0, words / files_);
  }

  double add(const query_term& term); // gives what it is worth
  std::vector<candidate> best() const;

private:
  std::vector<posting> live(key_kind kind, std::string_view text) const;
  double worth(const query_term& term, std::size_t in_chunks, std::size_t in_paths) const;
  double saturated(double raw) const { return raw * (ranking_.k1 + 1) / (raw + ranking_.k1); }
  double length_norm(double words, double average) const {
    return 1 - ranking_.b_body + ranking_.b_body * words / average;
  }
  bool is_wanted(std::uint32_t doc) const {
    return accept_.kind == chunk_kind{} || view_.entries().doc(doc).kind == accept_.kind;
  }
  double raw_of(const doc_entry& d, counts c) const;
  void add_paths(const std::vector<posting>& postings, double weight);
  void add_chunks(const std::vector<posting>& postings, double weight);
  void add_files(double weight);
  candidate to_candidate(std::uint32_t doc) const;
  void add_path_only(std::vector<candidate>& all) const;

  const reader::view& view_;
  const ranking& ranking_;
  const candidate_filter& accept_;
  std::vector<float> scores_; // by document, without their paths
  std::vector<std::uint32_t> touched_;
  std::vector<float> file_scores_, file_counts_; // by file; the counts are of one term
  std::vector<std::uint32_t> counted_;
  std::unordered_map<std::uint32_t, double> path_scores_;
  std::unordered_map<std::uint32_t, double> path_raw_; // of one term
  double average_words_ = 1, average_file_words_ = 1, chunks_ = 1, files_ = 1;
};

std::vector<posting> scorer::live(key_kind kind, std::string_view text) const {
  std::vector<posting> all;
  const auto& entries = view_.entries();
  for (const auto& list : view_.lists(kind, text))
    read_words(list, [&](std::uint32_t number, counts c) {
      const auto file = kind == key_kind::path ? number : entries.doc(number).file;
      if (file != 0 && !entries.file(file).path.empty()) all.push_back({number, c});
    });
  return all;
}

/// Counted over what is live, so that it is the same for equal indexes.
double scorer::worth(const query_term& term, std::size_t in_chunks, std::size_t in_paths) const {
  if (in_chunks == 0 && in_paths == 0) return 0;
  const double df =
      std::max(static_cast<double>(in_chunks), static_cast<double>(in_paths) * chunks_ / files_);
  const double idf = std::log(1 + (chunks_ - std::min(df, chunks_) + 0.5) / (df + 0.5));
  return term.weight * std::pow(idf, ranking_.idf_power);
}

double scorer::raw_of(const doc_entry& d, counts c) const {
  return ranking_.weight_name * c.name + ranking_.weight_scope * c.scope +
         ranking_.weight_body * c.body / length_norm(d.words, average_words_);
}

double scorer::add(const query_term& term) {
  const auto in_chunks = live(key_kind::word, term.text);
  const auto in_paths = live(key_kind::path, term.text);
  const double weight = worth(term, in_chunks.size(), in_paths.size());
  add_paths(in_paths, weight);
  add_chunks(in_chunks, weight);
  add_files(weight);
  return weight;
}

void scorer::add_paths(const std::vector<posting>& postings, double weight) {
  path_raw_.clear();
  for (const auto& p : postings) {
    if (!accept_.file(p.number)) continue;
    const double raw = ranking_.weight_stem * p.c.name + ranking_.weight_folder * p.c.scope;
    if (raw <= 0) continue;
    path_raw_[p.number] = raw;
    path_scores_[p.number] += weight * saturated(raw);
  }
}

void scorer::add_chunks(const std::vector<posting>& postings, double weight) {
  for (const auto& p : postings) {
    const auto& d = view_.entries().doc(p.number);
    if (!accept_.file(d.file)) continue;
    double path = 0;
    if (!path_raw_.empty())
      if (const auto at = path_raw_.find(d.file); at != path_raw_.end()) path = at->second;
    const double gain = saturated(path + raw_of(d, p.c)) - saturated(path);
    if (scores_[p.number] == 0) touched_.push_back(p.number);
    scores_[p.number] += static_cast<float>(weight * gain);
    if (file_counts_[d.file] == 0) counted_.push_back(d.file);
    file_counts_[d.file] += static_cast<float>(p.c.body + ranking_.weight_name * p.c.name);
  }
}

/// What the term is worth for whole files; forgets its counts.
void scorer::add_files(double weight) {
  for (const auto file : counted_) {
    const auto words = static_cast<double>(view_.entries().file(file).words);
    const double raw = file_counts_[file] / length_norm(words, average_file_words_);
    file_scores_[file] += static_cast<float>(weight * saturated(raw));
    file_counts_[file] = 0;
  }
  counted_.clear();
}

candidate scorer::to_candidate(std::uint32_t doc) const {
  candidate c;
  c.doc = doc;
  c.file = view_.entries().doc(doc).file;
  c.score = scores_[doc];
  c.file_score = file_scores_[c.file];
  if (const auto path = path_scores_.find(c.file); path != path_scores_.end()) {
    c.score += path->second;
    c.file_score += path->second;
  }
  return c;
}

void scorer::add_path_only(std::vector<candidate>& all) const {
  std::vector<std::pair<double, std::uint32_t>> files;
  for (const auto& [file, score] : path_scores_)
    files.emplace_back(score, file);
  const auto kept = std::min(files.size(), most_path_files);
  const auto end = files.begin() + static_cast<std::ptrdiff_t>(kept);
  std::ranges::partial_sort(files, end, [&](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first > b.first;
    return view_.entries().file(a.second).path < view_.entries().file(b.second).path;
  });
  files.resize(kept);
  for (const auto& [score, file] : files)
    for (const auto& row : chunks_of(view_.db(), file))
      if (scores_[row.doc] == 0 && is_wanted(row.doc)) all.push_back(to_candidate(row.doc));
}

std::vector<candidate> scorer::best() const {
  std::vector<candidate> all;
  all.reserve(touched_.size());
  for (const auto doc : touched_)
    if (is_wanted(doc)) all.push_back(to_candidate(doc));
  add_path_only(all);
  const auto kept = std::min<std::size_t>(all.size(), ranking_.candidates);
  std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(kept),
                            [&](const auto& a, const auto& b) { return before(view_, a, b); });
  all.resize(kept);
  return all;
}

} // namespace

bool before(const reader::view& v, const candidate& a, const candidate& b) {
  if (a.score != b.score) return a.score > b.score;
  const auto& entries = v.entries();
  if (a.file != b.file) return entries.file(a.file).path < entries.file(b.file).path;
  const auto& x = entries.doc(a.doc);
  const auto& y = entries.doc(b.doc);
  return std::tie(x.first_line, x.last_line, x.kind, x.words) <
         std::tie(y.first_line, y.last_line, y.kind, y.words);
}

std::vector<candidate> find_candidates(const reader::view& v, const parsed_query& q,
                                       const ranking& r, const candidate_filter& accept,
                                       term_weights& weights) {
  scorer s(v, r, accept);
  for (const auto& term : q.terms)
    weights.idf.push_back(s.add(term));
  return s.best();
}

} // namespace acpd::index
