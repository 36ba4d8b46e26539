#include "indexer/search/graph.h"

#include "indexer/search/imports.h"
#include "indexer/store/references.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_map>

namespace acpd::index {
namespace {

// A name that more files define than this, with no import to tell them apart, says nothing.
constexpr std::size_t most_definers = 8;

using files_of_names = std::unordered_map<std::string, std::vector<std::uint32_t>>;

void make_set(std::vector<std::uint32_t>& numbers) {
  std::ranges::sort(numbers);
  const auto repeated = std::ranges::unique(numbers);
  numbers.erase(repeated.begin(), repeated.end());
}

files_of_names read_definers(const reader::view& v) {
  files_of_names all;
  scan_keys(v.db(), v.entries(), make_key(key_kind::definition, ""),
            [&](std::string_view key, std::string_view list) {
              read_words(list, [&](std::uint32_t doc, counts) {
                const auto& entry = v.entries().doc(doc);
                // A heading is a name to look up, nothing that code uses.
                if (entry.file != 0 && entry.kind != chunk_kind::section)
                  all[std::string(key.substr(1))].push_back(entry.file);
              });
              return true;
            });
  for (auto& [name, files] : all)
    make_set(files);
  return all;
}

/// The files that a use in `from` can mean.
std::vector<std::uint32_t> meant(std::uint32_t from, const std::vector<std::uint32_t>& definers,
                                 const std::vector<std::uint32_t>& imported) {
  if (std::ranges::binary_search(definers, from)) return {}; // its own
  std::vector<std::uint32_t> both;
  std::ranges::set_intersection(definers, imported, std::back_inserter(both));
  if (!both.empty()) return both;
  return definers.size() <= most_definers ? definers : both;
}

} // namespace

reference_graph::reference_graph(const reader::view& v) : generation_(v.entries().generation()) {
  read_files(v);
  read_edges(v);
}

void reference_graph::read_files(const reader::view& v) {
  v.entries().for_each_file(
      [&](std::uint32_t id, const file_entry& f) { files_.push_back({id, f.path}); });
  std::ranges::sort(files_, {}, &file_node::path);
  places_.assign(v.entries().file_end(), static_cast<std::uint32_t>(files_.size()));
  for (std::uint32_t i = 0; i < files_.size(); ++i)
    places_[files_[i].id] = i;
}

void reference_graph::read_edges(const reader::view& v) {
  const auto definers = read_definers(v);
  const import_resolver resolver(v);
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> imported;
  for (const auto& f : files_)
    imported[f.id] = resolver.imported_by(f.id);

  // Of one name: how often each file uses it. A key's lists come one after the other.
  std::string name;
  std::unordered_map<std::uint32_t, double> users;
  const auto connect = [&] {
    const auto at = definers.find(name);
    if (at != definers.end())
      for (const auto& [from, count] : users) {
        const auto to = meant(from, at->second, imported[from]);
        for (const auto file : to)
          edges_.push_back(
              {places_[from], places_[file], std::sqrt(count) / static_cast<double>(to.size())});
      }
    users.clear();
  };
  scan_keys(v.db(), v.entries(), make_key(key_kind::reference, ""),
            [&](std::string_view key, std::string_view list) {
              if (key.substr(1) != name) {
                connect();
                name = key.substr(1);
              }
              read_references(list, [&](std::uint32_t doc, std::string_view packed) {
                const auto file = v.entries().doc(doc).file;
                if (file != 0) read_uses(packed, [&](use) { users[file] += 1; });
              });
              return true;
            });
  connect();

  // The order of summation must not depend on how the index came to be.
  std::ranges::sort(edges_, {}, [](const edge& e) { return std::tie(e.from, e.to, e.weight); });
  std::vector<edge> merged;
  for (const auto& e : edges_) {
    const bool same = !merged.empty() && merged.back().from == e.from && merged.back().to == e.to;
    if (same)
      merged.back().weight += e.weight;
    else
      merged.push_back(e);
  }
  edges_ = std::move(merged);
}

std::size_t reference_graph::place_of(std::uint32_t id) const {
  return id < places_.size() ? places_[id] : files_.size();
}

std::size_t reference_graph::place_of(const std::string& path) const {
  const auto at = std::ranges::lower_bound(files_, path, {}, &file_node::path);
  return at != files_.end() && at->path == path ? static_cast<std::size_t>(at - files_.begin())
                                                : files_.size();
}

std::vector<double> reference_graph::page_rank(const std::vector<double>& start) const {
  constexpr double damping = 0.85;
  constexpr int rounds = 30; // 0.85^30 < 1 %
  const auto n = files_.size();
  std::vector<double> jump(n, n == 0 ? 0 : 1.0 / static_cast<double>(n));
  double sum = 0;
  for (const auto s : start)
    sum += s;
  if (sum > 0)
    for (std::size_t i = 0; i < n; ++i)
      jump[i] = i < start.size() ? start[i] / sum : 0;
  std::vector<double> out(n);
  for (const auto& e : edges_)
    out[e.from] += e.weight;
  auto rank = jump;
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> next(n);
    double kept = 0;
    for (const auto& e : edges_) {
      const double flow = damping * rank[e.from] * e.weight / out[e.from];
      next[e.to] += flow;
      kept += flow;
    }
    for (std::size_t i = 0; i < n; ++i)
      next[i] += (1 - kept) * jump[i]; // and what had no way out
    rank = std::move(next);
  }
  return rank;
}

} // namespace acpd::index
