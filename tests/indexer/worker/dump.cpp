#include "tests/indexer/worker/dump.h"

#include "indexer/search/graph.h"
#include "indexer/search/symbols.h"
#include "indexer/store/reader.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

namespace acpd::index::test {
namespace {

/// Words in a line, apart by a tab.
template <class... T>
std::string line(const T&... words) {
  std::string made;
  const auto add = [&](const auto& word) {
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(word)>>)
      made += std::to_string(word);
    else
      made += word;
    made += '\t';
  };
  (add(words), ...);
  return made;
}

void dump_file(connection& db, const file_row& file, std::vector<std::string>& out,
               std::set<std::string>& names) {
  out.push_back(line("file", file.path, file.language, static_cast<int>(file.state),
                     file.stamp.size, file.hash, file.lines, file.error_nodes, file.truncated));
  for (const auto& import : imports_of(db, file.id))
    out.push_back(line("import", file.path, import.module, import.line));
  for (const auto& chunk : chunks_of(db, file.id)) {
    out.push_back(line("chunk", file.path, static_cast<int>(chunk.kind), chunk.begin, chunk.end,
                       chunk.first_line, chunk.last_line, chunk.qname, chunk.id, chunk.hash));
    for (const auto& symbol : chunk.symbols) {
      out.push_back(line("symbol", file.path, symbol.qname, symbol.kind, symbol.line));
      names.insert(symbol.name);
    }
  }
}

} // namespace

std::vector<std::string> dump(const std::string& db) {
  store opened(db);
  std::vector<std::string> out;
  std::set<std::string> names;
  reader reads(opened);
  const auto view = reads.look();
  for (const auto& file : opened.files())
    dump_file(view.db(), file, out, names);
  for (const auto& name : names)
    for (const auto& use : references(view, name, 1'000'000).sites)
      out.push_back(line("use", name, use.path, use.line, use.kind, use.within));
  const reference_graph graph(view);
  for (const auto& edge : graph.edges())
    out.push_back(
        line("edge", graph.files()[edge.from].path, graph.files()[edge.to].path, edge.weight));
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> answers(worker_process& worker,
                                 const std::vector<std::string>& questions) {
  std::vector<std::string> all;
  for (const auto& question : questions) {
    const auto found = worker.search(question, {{"limit", 30}});
    all.push_back(question + ": " + boost::json::serialize(found.at("hits")));
  }
  return all;
}

std::vector<std::string> questions_from(const std::vector<std::string>& dumped, std::size_t count) {
  std::vector<std::string> names;
  for (const auto& row : dumped) {
    if (!row.starts_with("symbol\t")) continue;
    auto name = row.substr(row.find('\t', 7) + 1);
    names.push_back(name.substr(0, name.find('\t')));
  }
  std::vector<std::string> questions;
  for (std::size_t i = 0; i < count && !names.empty(); ++i) {
    const auto& one = names[i * 7919 % names.size()];
    const auto& two = names[i * 104729 % names.size()];
    questions.push_back(i % 2 ? one : one + " and " + two);
  }
  return questions;
}

} // namespace acpd::index::test
