#include "tests/bench/retrieval.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <set>
#include <stdexcept>

namespace acpd::bench {
namespace {

namespace json = boost::json;

std::uint32_t number(const json::object& o, std::string_view key) {
  const auto* v = o.if_contains(key);
  return v == nullptr ? 0 : v->to_number<std::uint32_t>();
}

question to_question(std::string_view line) {
  const auto value = json::parse(line).as_object();
  question q;
  q.id = value.at("id").as_string();
  q.repo = value.at("repo").as_string();
  q.task = value.at("task").as_string();
  q.text = value.at("query").as_string();
  for (const auto& g : value.at("gold").as_array()) {
    const auto& o = g.as_object();
    q.gold.push_back(
        {std::string(o.at("path").as_string()), number(o, "start_line"), number(o, "end_line")});
  }
  return q;
}

double ndcg_at_10(const question& q, const answer& a) {
  std::set<std::string> gold, seen;
  for (const auto& g : q.gold)
    gold.insert(g.path);
  double gain = 0, ideal = 0;
  for (const auto& h : a) {
    if (seen.size() == 10) break;
    if (seen.insert(h.path).second && gold.contains(h.path))
      gain += 1 / std::log2(static_cast<double>(seen.size()) + 1);
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(10, gold.size()); ++i)
    ideal += 1 / std::log2(static_cast<double>(i) + 2);
  return gain / ideal;
}

bool finds_symbol(const question& q, const answer& a) {
  const auto& gold = q.gold.front();
  const auto longest = std::max(60U, 3 * (gold.last_line - gold.first_line + 1));
  const auto ten = a.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(a.size(), 10));
  return std::any_of(a.begin(), ten, [&](const line_range& h) {
    return h.path == gold.path && h.first_line <= gold.last_line &&
           h.last_line >= gold.first_line && h.last_line - h.first_line + 1 <= longest;
  });
}

} // namespace

std::vector<question> read_questions(const std::filesystem::path& folder) {
  std::vector<question> all;
  for (const auto* name : {"commit.jsonl", "doc.jsonl"}) {
    std::ifstream file(folder / name);
    if (!file) throw std::runtime_error("cannot read " + (folder / name).string());
    for (std::string line; std::getline(file, line);)
      if (!line.empty()) all.push_back(to_question(line));
  }
  return all;
}

void scores::add(const question& q, const answer& a) {
  const double gain = ndcg_at_10(q, a);
  const double symbol = q.task == "doc" && finds_symbol(q, a) ? 1 : 0;
  for (const auto& repo : {std::string(), q.repo}) {
    auto& s = sums_[{q.task, repo}];
    s.ndcg += gain;
    s.symbol += symbol;
    ++s.count;
  }
}

const scores::sums& scores::of(const std::string& task, const std::string& repo) const {
  static const sums none;
  const auto at = sums_.find({task, repo});
  return at == sums_.end() ? none : at->second;
}

double scores::ndcg(const std::string& task, const std::string& repo) const {
  const auto& s = of(task, repo);
  return s.count == 0 ? 0 : s.ndcg / static_cast<double>(s.count);
}

double scores::symbol_recall(const std::string& task, const std::string& repo) const {
  const auto& s = of(task, repo);
  return s.count == 0 ? 0 : s.symbol / static_cast<double>(s.count);
}

std::vector<std::string> scores::repositories() const {
  std::set<std::string> names;
  for (const auto& [key, s] : sums_)
    if (!key.second.empty()) names.insert(key.second);
  return {names.begin(), names.end()};
}

} // namespace acpd::bench
