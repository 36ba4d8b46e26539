#include "indexer/search/graph.h"

#include "indexer/search/imports.h"
#include "indexer/store/references.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <tuple>

namespace acpd::index {
namespace {

// A name that more files define than this, with no import to tell them apart, says nothing.
constexpr std::size_t most_definers = 8;

/// Which files define each name. Both ways through it are in the names' order, as the lists are: a
/// large repository has a million of them.
class definers {
public:
  explicit definers(const reader::view& v) {
    scan_keys(v.db(), v.entries(), make_key(key_kind::definition, ""),
              [&](std::string_view key, std::string_view list) {
                begin(key.substr(1));
                read_words(list, [&](std::uint32_t doc, counts) {
                  const auto& entry = v.entries().doc(doc);
                  // A heading is a name to look up, nothing that code uses.
                  if (entry.file != 0 && entry.kind != chunk_kind::section)
                    files_.push_back(entry.file);
                });
                return true;
              });
    end();
  }

  /// Ascending. Each name asked for must be above the one before.
  std::span<const std::uint32_t> of(std::string_view name) {
    while (at_ < names_.size() && name_of(at_) < name)
      ++at_;
    if (at_ == names_.size() || name_of(at_) != name) return {};
    const auto from = at_ == 0 ? 0 : names_[at_ - 1].files_end;
    return std::span(files_).subspan(from, names_[at_].files_end - from);
  }

private:
  struct entry {
    std::size_t name_end = 0, files_end = 0;
  };

  std::string_view name_of(std::size_t at) const {
    const auto from = at == 0 ? 0 : names_[at - 1].name_end;
    return std::string_view(text_).substr(from, names_[at].name_end - from);
  }

  /// A key's lists come one after the other.
  void begin(std::string_view name) {
    if (!names_.empty() && name_of(names_.size() - 1) == name) return;
    end();
    text_ += name;
    names_.push_back({text_.size(), 0});
  }

  void end() {
    if (names_.empty()) return;
    const auto from = names_.size() == 1 ? 0 : names_[names_.size() - 2].files_end;
    const auto first = files_.begin() + static_cast<std::ptrdiff_t>(from);
    std::sort(first, files_.end());
    files_.erase(std::unique(first, files_.end()), files_.end());
    names_.back().files_end = files_.size();
  }

  std::string text_; // of all names
  std::vector<entry> names_;
  std::vector<std::uint32_t> files_;
  std::size_t at_ = 0;
};

/// The files that a use in `from` can mean.
void find_meant(std::uint32_t from, std::span<const std::uint32_t> definers,
                const std::vector<std::uint32_t>& imported, std::vector<std::uint32_t>& meant) {
  meant.clear();
  if (std::ranges::binary_search(definers, from)) return; // its own
  std::ranges::set_intersection(definers, imported, std::back_inserter(meant));
  if (meant.empty() && definers.size() <= most_definers)
    meant.assign(definers.begin(), definers.end());
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
  definers defining(v);
  import_resolver resolver(v);
  std::vector<std::vector<std::uint32_t>> imported; // by place
  for (const auto& f : files_)
    imported.push_back(resolver.imported_by(f.id));

  // Of one name: the file of each use. A key's lists come one after the other.
  std::string name;
  std::vector<std::uint32_t> users, to;
  const auto connect = [&] {
    const auto files = defining.of(name);
    std::ranges::sort(users);
    for (auto at = users.begin(); !files.empty() && at != users.end();) {
      const auto next = std::upper_bound(at, users.end(), *at);
      find_meant(*at, files, imported[places_[*at]], to);
      const auto share = std::sqrt(static_cast<double>(next - at)) / static_cast<double>(to.size());
      for (const auto file : to)
        edges_.push_back({places_[*at], places_[file], share});
      at = next;
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
                if (file != 0) read_uses(packed, [&](use) { users.push_back(file); });
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
