#pragma once

#include "indexer/store/reader.h"

#include <cstdint>
#include <string>
#include <vector>

namespace acpd::index {

/// Which file uses what another one defines. A name that several files define points to those that
/// the using file imports, if it imports any of them; else to all of them, each with its share.
/// Computed from the lists when it is asked for: pure over one view. One thread.
class reference_graph {
public:
  explicit reference_graph(const reader::view& v);

  struct edge {
    std::uint32_t from = 0, to = 0; // places in files()
    double weight = 0;
  };
  struct file_node {
    std::uint32_t id = 0; // of the catalog
    std::string path;
  };
  const std::vector<file_node>& files() const { return files_; } // by path
  const std::vector<edge>& edges() const { return edges_; }      // by (from, to)
  /// The catalog's generation that this was computed from.
  std::uint64_t generation() const { return generation_; }

  /// How important each file is to one who starts from the files with a weight in `start` (all
  /// alike when it is empty): personalised PageRank. Sums to 1.
  std::vector<double> page_rank(const std::vector<double>& start) const;

  /// The place of a catalog's file, or of a path; files().size() where there is none.
  std::size_t place_of(std::uint32_t id) const;
  std::size_t place_of(const std::string& path) const;

private:
  void read_files(const reader::view& v);
  void read_edges(const reader::view& v);

  std::vector<file_node> files_;
  std::vector<std::uint32_t> places_; // by catalog id
  std::vector<edge> edges_;
  std::uint64_t generation_ = 0;
};

} // namespace acpd::index
