#include "indexer/search/rank.h"

#include "indexer/search/path_factor.h"
#include "indexer/store/document.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

namespace acpd::index {
namespace {

using words = std::vector<std::string>;

/// Stemmed words that are the same, or of which one is a short form of the other.
bool alike(const std::string& a, const std::string& b) {
  constexpr std::size_t shortest = 3;
  if (a == b) return true;
  return a.size() >= shortest && b.size() >= shortest && (a.starts_with(b) || b.starts_with(a));
}

bool has(const words& list, const std::string& word) {
  return std::ranges::any_of(list, [&](const auto& w) { return alike(w, word); });
}

/// Scores one query's candidates. Lives for one call of rank().
class ranker {
public:
  ranker(const reader::view& v, const parsed_query& q, const ranking& r,
         const term_weights& weights, const embedding_table* vectors)
      : view_(v), query_(q), ranking_(r), weights_(weights),
        vectors_(r.embedding != 0 ? vectors : nullptr) {
    for (std::size_t i = 0; i < q.terms.size(); ++i)
      if (!q.terms[i].derived) all_ += weights.idf[i];
    find_exact();
  }

  void rank(std::vector<candidate>& all);

private:
  /// What is the same for all chunks of a file.
  struct file_features {
    double match = 0; // share of the query that the file's name covers
    double factor = 1;
    double sum = 0; // of its candidates' scores
    bool seen = false;
  };

  words words_of(std::string_view text, bool wholes);
  double share(const words& in) const;
  double covered(const words& name) const;
  void find_exact();
  void collect_files(const std::vector<candidate>& all);
  static bool is_beside(const chunk_names& names);
  double name_score(const chunk_names& names);
  void score(candidate& c);

  const reader::view& view_;
  const parsed_query& query_;
  const ranking& ranking_;
  const term_weights& weights_;
  const embedding_table* vectors_;
  analyser analyser_;
  double all_ = 0; // weight of the whole query
  double best_ = 1, best_sum_ = 0, best_file_ = 0;
  std::unordered_map<std::uint32_t, file_features> files_;
  std::unordered_set<std::uint32_t> exact_;
};

words ranker::words_of(std::string_view text, bool wholes) {
  words list;
  analysed word;
  scan_words(text, [&](std::string_view w) {
    analyser_.analyse(w, word);
    list.insert(list.end(), word.parts.begin(), word.parts.end());
    if (wholes && !word.whole.empty()) list.push_back(word.whole);
  });
  return list;
}

/// Of the query's weight, what is among these words.
double ranker::share(const words& in) const {
  double matched = 0;
  for (std::size_t i = 0; i < query_.terms.size(); ++i)
    if (!query_.terms[i].derived && has(in, query_.terms[i].text)) matched += weights_.idf[i];
  return all_ > 0 ? matched / all_ : 0;
}

/// Of a name's words, those that the query has.
double ranker::covered(const words& name) const {
  if (name.empty()) return 0;
  const auto n = std::ranges::count_if(name, [&](const auto& w) { return has(query_.own, w); });
  return static_cast<double>(n) / static_cast<double>(name.size());
}

/// Chunks that define a symbol which the query writes as a name.
void ranker::find_exact() {
  for (const auto& name : query_.identifiers)
    for (const auto& list : view_.lists(key_kind::definition, name))
      read_words(list, [&](std::uint32_t doc, counts) { exact_.insert(doc); });
}

void ranker::collect_files(const std::vector<candidate>& all) {
  for (const auto& c : all) {
    best_ = std::max(best_, c.score);
    best_file_ = std::max(best_file_, c.file_score);
  }
  for (const auto& c : all) {
    auto [at, first] = files_.try_emplace(c.file);
    auto& f = at->second;
    if (first) {
      const auto& path = view_.entries().file(c.file).path;
      f.match = share(words_of(split_path(path).second, true));
      f.factor = path_factor(path, ranking_);
    }
    f.sum += c.score;
    best_sum_ = std::max(best_sum_, f.sum);
  }
}

/// A definition among tests that stand in the file that they test: Rust's `mod tests`, say.
bool ranker::is_beside(const chunk_names& names) {
  bool found = false;
  const auto own = std::min(names.name.size(), names.qname.size());
  scan_words(std::string_view(names.qname).substr(0, names.qname.size() - own),
             [&](std::string_view scope) { found |= scope == "tests" || scope == "test"; });
  return found;
}

double ranker::name_score(const chunk_names& names) {
  if (names.name.empty()) return 0;
  const auto name = words_of(names.name, false);
  double score = ranking_.name_match * covered(name) * std::sqrt(share(name));
  if (vectors_ != nullptr)
    score += ranking_.embedding * similarity(*vectors_, query_.own, words_of(names.qname, false));
  return score;
}

void ranker::score(candidate& c) {
  auto& f = files_.at(c.file);
  const auto names = names_of(view_.db(), c.doc).value_or(chunk_names{});
  c.score = c.score / best_ + name_score(names);
  if (view_.entries().doc(c.doc).kind != chunk_kind::function) c.score *= ranking_.other_kind;
  c.score += ranking_.path_match * f.match;
  if (best_file_ > 0) c.score += ranking_.file_score * c.file_score / best_file_;
  if (exact_.contains(c.doc)) c.score += ranking_.exact_name;
  // Candidates come best first: the first of a file stands for it.
  if (!f.seen) c.score += ranking_.coherence * f.sum / best_sum_;
  f.seen = true;
  c.score *= is_beside(names) ? std::min(f.factor, ranking_.test_path) : f.factor;
}

void ranker::rank(std::vector<candidate>& all) {
  if (all.empty()) return;
  best_ = all.front().score;
  collect_files(all);
  for (auto& c : all)
    score(c);
  std::ranges::sort(all, [&](const auto& a, const auto& b) { return before(view_, a, b); });
}

} // namespace

void rank(const reader::view& v, const parsed_query& q, const ranking& r,
          const term_weights& weights, const embedding_table* vectors,
          std::vector<candidate>& candidates) {
  ranker(v, q, r, weights, vectors).rank(candidates);
}

} // namespace acpd::index
