#pragma once

#include "indexer/files/listing.h"
#include "indexer/store/store.h"

#include <cstdint>
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

/// Makes the store say what the tree holds now: reads what differs, with so many threads (one: the
/// caller's). `found` is all of the tree. Throws database_error.
build_report build(store& s, const std::string& root, listing found, unsigned threads);

} // namespace acpd::index
