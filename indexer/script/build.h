#pragma once

#include "indexer/files/ignore_rules.h"
#include "indexer/store/store.h"

#include <cstdint>
#include <expected>
#include <string>

namespace acpd::index {

/// What building an index did.
struct build_report {
  std::uint64_t files = 0; // that the rules take
  std::uint64_t bytes = 0; // of those that were read
  std::uint64_t read = 0;  // the others had not changed
  std::uint64_t removed = 0;
  std::uint64_t unreadable = 0;
};

struct build_options {
  unsigned threads = 1; // that read and parse; with one everything is on the caller's thread
  bool allow_wide_roots = false;
};

/// Makes the store say what the tree holds now: reads what a stat shows as changed. An error is a
/// sentence about the root. Throws database_error.
std::expected<build_report, std::string>
build(store& s, const std::string& root, const ignore_rules& which, const build_options& options);

} // namespace acpd::index
