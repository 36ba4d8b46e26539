#pragma once

#include "indexer/store/rows.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace acpd::index {

/// Of a larger file only this much is read: extract() takes it as too large to parse, and looks at
/// its beginning only.
inline constexpr std::size_t most_source_bytes = 2 * 1024 * 1024;

/// A file's content and the stamp that belongs to it.
struct source {
  std::string bytes;
  file_stamp stamp;
  std::uint64_t hash = 0; // xxh3 of the bytes and the file's size
};

file_stamp stamp_of(const struct stat& s);

/// Whether an error of read_source() says that there is no regular file (any more), rather than one
/// that cannot be read.
bool is_no_file(int error);

/// Reads a regular file below `root`; the error is errno's, EINVAL for what is no file: that is not
/// even opened. A file that changes while it is read is read again; if it never holds still,
/// the stamp is the one from before, so that the next look at it finds it changed. Never follows a
/// symbolic link in the last component.
std::expected<source, int> read_source(const std::string& root, std::string_view path);

} // namespace acpd::index
