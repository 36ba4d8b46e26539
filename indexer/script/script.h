#pragma once

#include <filesystem>
#include <string>

namespace acpd::index {

/// `acpd index` without a daemon: for scripts and benchmarks.
struct script_options {
  std::filesystem::path root;
  std::filesystem::path db;      // empty: a temporary one, gone at the end
  std::filesystem::path queries; // lines {"id","query"}, "-": stdin; empty: none
  unsigned threads = 0;          // parsers; 0: as many as there are cores
  unsigned hits = 30;            // a query
};

/// Brings the index of `root` up to date, answers the queries on stdout as lines
/// {"id","hits":[{"path","start_line","end_line","score"}]}, and writes one JSON line of figures on
/// stderr. Gives the process's exit code; errors are said on stderr.
int run_script(const script_options& options);

} // namespace acpd::index
