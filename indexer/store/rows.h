#pragma once

#include "indexer/facts.h"
#include "indexer/store/catalog.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// What tells, without reading it, that a file is still the one that was indexed. `changed_ns` is
/// its ctime: nobody can set that one back.
struct file_stamp {
  std::uint64_t size = 0;
  std::int64_t changed_ns = 0;
  std::uint64_t inode = 0;
  bool operator==(const file_stamp&) const = default;
};

struct file_row {
  std::uint32_t id = 0;
  std::string path;
  std::string language;
  file_state state = file_state::indexed;
  bool error_nodes = false, truncated = false;
  file_stamp stamp;
  std::uint64_t hash = 0; // xxh3 of its bytes
  std::uint32_t lines = 0;
};

struct chunk_row {
  std::uint32_t doc = 0;
  std::uint32_t file = 0;
  std::uint64_t id = 0, fingerprint = 0, hash = 0;
  chunk_kind kind{};
  std::uint32_t begin = 0, end = 0, first_line = 0, last_line = 0;
  std::string name, qname;
  std::vector<symbol> symbols; // their lines are the file's; `chunk` is unused
};

/// Symbols as a chunk's row keeps them: lines from the chunk's first; a name that is the chunk's
/// own takes no bytes.
std::string pack_symbols(const chunk& c, const std::vector<const symbol*>& symbols);
std::vector<symbol> unpack_symbols(const chunk_row& c, std::string_view packed);

std::string pack_imports(const std::vector<import>& imports);
std::vector<import> unpack_imports(std::string_view packed);

/// In order of path.
std::vector<file_row> all_files(connection& db);
std::optional<file_row> find_file(connection& db, std::string_view path);
std::optional<file_row> find_file(connection& db, std::uint32_t id);
/// Only what tells whether the file is as it was indexed.
std::optional<file_stamp> find_stamp(connection& db, std::string_view path);
std::vector<import> imports_of(connection& db, std::uint32_t file);
std::optional<chunk_row> find_chunk(connection& db, std::uint32_t doc);
/// Only what a chunk is called.
struct chunk_names {
  std::string name, qname;
};
std::optional<chunk_names> names_of(connection& db, std::uint32_t doc);
/// In the order of the file.
std::vector<chunk_row> chunks_of(connection& db, std::uint32_t file);

} // namespace acpd::index
