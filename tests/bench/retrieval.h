#pragma once

#include "indexer/search/ranking.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace acpd::bench {

struct line_range {
  std::string path;
  std::uint32_t first_line = 0, last_line = 0;
};

/// One line of commit.jsonl or doc.jsonl.
struct question {
  std::string id, repo, task, text;
  std::vector<line_range> gold;
};

std::vector<question> read_questions(const std::filesystem::path& folder);

/// Hits, best first.
using answer = std::vector<line_range>;

/// NDCG@10 over unique files with binary gain; for doc questions also whether one of the first ten
/// hits overlaps the gold function and is no longer than max(60 lines, 3 × the function).
class scores {
public:
  void add(const question& q, const answer& a);
  /// `repo` empty: over all questions of the task.
  double ndcg(const std::string& task, const std::string& repo = {}) const;
  double symbol_recall(const std::string& task, const std::string& repo = {}) const;
  /// What constants are fitted to: the mean of the three.
  double objective(const std::string& repo = {}) const {
    return (ndcg("commit", repo) + ndcg("doc", repo) + symbol_recall("doc", repo)) / 3;
  }
  std::vector<std::string> repositories() const;

private:
  struct sums {
    double ndcg = 0, symbol = 0;
    std::size_t count = 0;
  };
  const sums& of(const std::string& task, const std::string& repo) const;
  std::map<std::pair<std::string, std::string>, sums> sums_; // (task, repository), "" is all
};

/// A constant of the ranking that can be varied, and the value at which it does nothing.
struct named_constant {
  const char* name;
  double index::ranking::* member;
  double neutral;
};
std::span<const named_constant> constants();
double& constant(index::ranking& r, const std::string& name); // throws for an unknown name

/// Plain BM25 over whole files (FTS5, unicode61), and the number of the question's distinct words
/// that a file contains, as a chain of ripgrep calls would give it.
void run_baselines(const std::filesystem::path& trees, const std::vector<question>& questions,
                   scores& bm25, scores& count);

} // namespace acpd::bench
