#include "indexer/store/connection.h"
#include "tests/bench/retrieval.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sqlite3.h>
#include <sstream>

namespace acpd::bench {
namespace {

namespace fs = std::filesystem;

struct text_file {
  std::string path, text; // in lower case
};

std::string lower(std::string s) {
  std::ranges::transform(s, s.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s;
}

std::vector<text_file> read_tree(const fs::path& root) {
  std::vector<text_file> files;
  for (const auto& e : fs::recursive_directory_iterator(root)) {
    if (!e.is_regular_file()) continue;
    std::ostringstream text;
    text << std::ifstream(e.path()).rdbuf();
    files.push_back({fs::relative(e.path(), root).string(), lower(text.str())});
  }
  std::ranges::sort(files, {}, &text_file::path);
  return files;
}

/// Distinct lower-case words of letters, digits and underscores.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : lower(text) + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word += c;
    } else if (!word.empty()) {
      if (std::ranges::find(words, word) == words.end()) words.push_back(word);
      word.clear();
    }
  }
  return words;
}

answer count_terms(const std::vector<text_file>& files, const std::vector<std::string>& words) {
  std::vector<std::pair<std::size_t, const text_file*>> found;
  for (const auto& f : files) {
    const auto n = std::ranges::count_if(
        words, [&](const auto& w) { return w.size() > 2 && f.text.find(w) != std::string::npos; });
    if (n > 0) found.emplace_back(static_cast<std::size_t>(n), &f);
  }
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second->path < b.second->path;
  });
  answer a;
  for (const auto& [n, f] : found) {
    if (a.size() == 30) break;
    a.push_back({f->path, 1, 1});
  }
  return a;
}

class file_bm25 {
public:
  explicit file_bm25(const std::vector<text_file>& files)
      : db_(":memory:", index::connection::role::writer) {
    db_.execute("CREATE VIRTUAL TABLE t USING fts5(path UNINDEXED, text, tokenize='unicode61')");
    for (const auto& f : files)
      db_.run("INSERT INTO t (path, text) VALUES (?1, ?2)", f.path, f.text);
  }
  answer ask(const std::vector<std::string>& words) {
    std::string match;
    for (const auto& w : words)
      match += (match.empty() ? "\"" : " OR \"") + w + "\"";
    answer a;
    if (match.empty()) return a;
    auto row =
        db_.select("SELECT path FROM t WHERE t MATCH ?1 ORDER BY bm25(t), path LIMIT 30", match);
    while (row.next())
      a.push_back({row.text(0), 1, 1});
    return a;
  }

private:
  index::connection db_;
};

} // namespace

void run_baselines(const fs::path& trees, const std::vector<question>& questions, scores& bm25,
                   scores& count) {
  std::string open;
  std::vector<text_file> files;
  std::unique_ptr<file_bm25> index;
  for (const auto& q : questions) {
    const auto tree = trees / (q.task == "doc" ? "masked" : "base") / q.repo;
    if (tree.string() != open) {
      open = tree.string();
      files = read_tree(tree);
      index = std::make_unique<file_bm25>(files);
    }
    const auto words = words_of(q.text);
    bm25.add(q, index->ask(words));
    count.add(q, count_terms(files, words));
  }
}

} // namespace acpd::bench
