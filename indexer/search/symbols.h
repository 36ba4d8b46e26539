#pragma once

#include "indexer/store/reader.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// Where something is defined. Lines are those of the file when it was indexed.
struct definition_site {
  std::string path;
  std::string name, qname, kind;
  std::uint32_t line = 0;                      // of the name
  std::uint32_t first_line = 0, last_line = 0; // of the chunk
  std::uint32_t file = 0, doc = 0;
};

/// Where a name is used.
struct use_site {
  std::string path;
  std::string kind;   // "call", "type" …
  std::string within; // the qualified name of the chunk that uses it; empty outside of definitions
  std::uint32_t line = 0;
  std::uint32_t file = 0, doc = 0;
};

/// Definitions of an exact name, also one with signs or blanks ("valid?", "operator==", a heading),
/// and of a qualified one ("writer::flush", "Writer.flush"): its last part is looked up, and the
/// parts before must be those of the definition. By path and line; at most `limit` sites.
struct defined {
  std::vector<definition_site> sites;
  std::uint64_t all = 0;   // also those above the limit; of a qualified name only those in `sites`
  std::uint64_t alike = 0; // chunks with other definitions of a qualified name's last part: uses
                           // are kept by that part, and may mean those
};
defined definitions(const reader::view& v, std::string_view name, std::size_t limit = 50);

/// Uses of an exact name, or of the last part of a qualified one, by path and line; at most `limit`
/// sites.
struct uses {
  std::vector<use_site> sites;
  std::uint64_t all = 0; // also those above the limit
};
uses references(const reader::view& v, std::string_view name, std::size_t limit = 200);

/// The chunks that call a name, each once, at the first call.
std::vector<use_site> callers(const reader::view& v, std::string_view name,
                              std::size_t limit = 200);

/// A file's symbols in the order of its lines. Empty for a file that is not indexed or has none.
std::vector<definition_site> outline_of(const reader::view& v, std::string_view path);

} // namespace acpd::index
