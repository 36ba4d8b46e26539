#pragma once

#include "indexer/files/listing.h"

#include <functional>
#include <optional>

namespace acpd::index {

/// A file as the index knows it. The path must stay valid until the next one is asked for.
struct known_file {
  std::string_view path;
  file_stat stat; // mode is not looked at
};

/// Gives the known files in byte order of their paths, then nothing.
using known_source = std::function<std::optional<known_file>()>;

/// What differs between a listing and what is known.
struct differences {
  struct missing_file { // known, and not in the listing
    std::string path;
    file_stat known;
  };
  std::vector<std::size_t> to_read; // places in the listing, ascending: what is new or changed
  std::vector<missing_file> removed;
};

/// Compares the disk with what is known, by stat only: a merge of two sorted lists. Of a folder's
/// listing, `known` gives only the files below it. Files below a place that could not be read for a
/// reason that may pass (no memory, no descriptors, an I/O error) are kept; without permission they
/// count as removed, as they would be missing from a new index.
differences sweep(const listing& found, const known_source& known);

} // namespace acpd::index
