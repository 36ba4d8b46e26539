#include "indexer/search/repo_map.h"

#include "indexer/search/path_factor.h"
#include "indexer/search/symbols.h"
#include "indexer/store/references.h"
#include "indexer/store/source.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace acpd::index {
namespace {

constexpr std::size_t token_bytes = 4;
constexpr std::size_t longest_line = 120;
constexpr std::size_t most_files = 400; // more never fit into a budget that an agent would give

struct entry {
  std::size_t place = 0; // of the file
  double weight = 0;
  definition_site site;
};

/// How much names are used. Lives for one map: of the many symbols of one name the lists are read
/// once.
class name_uses {
public:
  explicit name_uses(const reader::view& v) : view_(v) {}

  /// How many chunks outside of its file use a name, shared out among the files that define it:
  /// `new` or `is_empty` of one file is hardly ever what a use of it means.
  double outside(const std::string& name, std::uint32_t file) {
    const auto& known = of(name);
    const auto own = known.by_file.find(file);
    const auto outside = known.all - (own == known.by_file.end() ? 0 : own->second);
    return outside / static_cast<double>(std::max<std::size_t>(known.definers, 1));
  }

private:
  struct counted {
    double all = 0;
    std::unordered_map<std::uint32_t, double> by_file;
    std::size_t definers = 0;
  };

  const counted& of(const std::string& name) {
    const auto [at, is_new] = names_.try_emplace(name);
    if (is_new) count(name, at->second);
    return at->second;
  }

  void count(const std::string& name, counted& to) const {
    for (const auto& list : view_.lists(key_kind::reference, name))
      read_references(list, [&](std::uint32_t doc, std::string_view) {
        const auto user = view_.entries().doc(doc).file;
        if (user == 0) return;
        ++to.all;
        ++to.by_file[user];
      });
    std::unordered_set<std::uint32_t> definers;
    for (const auto& list : view_.lists(key_kind::definition, name))
      read_words(list, [&](std::uint32_t doc, counts) {
        if (const auto file = view_.entries().doc(doc).file; file != 0) definers.insert(file);
      });
    to.definers = definers.size();
  }

  const reader::view& view_;
  std::unordered_map<std::string, counted> names_;
};

std::vector<double> ranks(const reference_graph& g, const map_options& o) {
  std::vector<double> start;
  for (const auto& path : o.focus) {
    const auto place = g.place_of(path);
    if (place == g.files().size()) continue;
    start.resize(g.files().size());
    start[place] = 1;
  }
  auto rank = g.page_rank(start);
  for (std::size_t i = 0; i < rank.size(); ++i)
    rank[i] *= path_factor(g.files()[i].path, tuned);
  return rank;
}

std::vector<entry> entries_of(const reader::view& v, const reference_graph& g,
                              const std::vector<double>& rank) {
  std::vector<std::size_t> order(rank.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::ranges::sort(order, [&](auto a, auto b) {
    return rank[a] != rank[b] ? rank[a] > rank[b] : a < b; // places are by path
  });
  if (order.size() > most_files) order.resize(most_files);
  std::vector<entry> all;
  name_uses uses(v);
  for (const auto place : order) {
    auto sites = outline_of(v, g.files()[place].path);
    std::vector<double> used;
    double sum = 0;
    for (const auto& s : sites)
      sum += used.emplace_back(std::log1p(uses.outside(s.name, s.file)));
    for (std::size_t i = 0; i < sites.size(); ++i)
      if (used[i] > 0) all.push_back({place, rank[place] * used[i] / sum, std::move(sites[i])});
  }
  std::ranges::sort(all, [](const entry& a, const entry& b) {
    if (a.weight != b.weight) return a.weight > b.weight;
    return std::tie(a.place, a.site.line, a.site.qname) <
           std::tie(b.place, b.site.line, b.site.qname);
  });
  return all;
}

/// The line that defines it, as it stands in the file; its name where that cannot be read.
std::string shown(const definition_site& d, const std::string& bytes) {
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < d.line && at != std::string::npos; ++line) {
    at = bytes.find('\n', at);
    if (at != std::string::npos) ++at;
  }
  if (at == std::string::npos || bytes.empty()) return d.kind + " " + d.qname;
  auto text = bytes.substr(at, std::min(bytes.find('\n', at) - at, longest_line));
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '{'))
    text.pop_back();
  return text.find(d.name) == std::string::npos ? d.kind + " " + d.qname : text;
}

} // namespace

map_answer repo_map(const reader::view& v, const reference_graph& g, const map_options& options) {
  map_answer answer;
  const auto rank = ranks(g, options);
  const auto all = entries_of(v, g, rank);
  struct page {
    double rank = 0;
    std::string bytes;
    std::map<std::uint32_t, std::string> lines;
  };
  std::map<std::size_t, page> pages; // by place
  std::size_t left = options.most_tokens * token_bytes;
  for (const auto& e : all) {
    const auto& path = g.files()[e.place].path;
    const bool is_new = !pages.contains(e.place);
    // At least its name is shown: once the budget is used up no more files are read.
    if (e.site.name.size() + (is_new ? path.size() : 0) > left) {
      ++answer.left_out;
      continue;
    }
    auto& p = pages[e.place];
    if (is_new) {
      p.rank = rank[e.place];
      if (auto s = read_source(options.root, path)) p.bytes = std::move(s->bytes);
    }
    if (p.lines.contains(e.site.line)) continue;
    auto line = std::to_string(e.site.line) + ": " + shown(e.site, p.bytes) + "\n";
    const auto cost = line.size() + (is_new ? path.size() + 2 : 0);
    if (cost > left) {
      ++answer.left_out;
      if (p.lines.empty()) pages.erase(e.place);
      continue;
    }
    left -= cost;
    p.lines.emplace(e.site.line, std::move(line));
  }
  std::vector<std::pair<double, std::size_t>> order;
  for (const auto& [place, p] : pages)
    order.emplace_back(-p.rank, place);
  std::ranges::sort(order);
  for (const auto& [negative, place] : order) {
    answer.text += g.files()[place].path + ":\n";
    for (const auto& [number, line] : pages[place].lines)
      answer.text += line;
    answer.symbols += pages[place].lines.size();
    ++answer.files;
  }
  return answer;
}

} // namespace acpd::index
