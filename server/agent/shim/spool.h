#pragma once

#include "server/agent/unique_fd.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace acpd::shim {

/// The agent's stdout on disk, numbered by byte offset, from the first segment that is not wholly
/// acknowledged: files spool.OFFSET in the working directory (SHIM.md). Owned by the shim's loop.
class spool {
public:
  static constexpr std::uint64_t segment_bytes = std::uint64_t{4} << 20;

  /// Writes what the disk takes and returns how much; less than all: errno says why, try again
  /// later.
  std::size_t append(std::string_view bytes);

  /// Reads up to out.size() bytes at `offset`, within one segment. 0: cannot be read.
  std::size_t read(std::uint64_t offset, std::span<char> out);

  /// Everything below `offset` is safe elsewhere. Offsets backwards or beyond the end change
  /// nothing or count as the end.
  void acknowledge(std::uint64_t offset);

  std::uint64_t begin() const { return segments_.empty() ? end_ : segments_.front(); }
  std::uint64_t end() const { return end_; }
  std::uint64_t acknowledged() const { return acknowledged_; }
  std::uint64_t unacknowledged() const { return end_ - acknowledged_; }

private:
  bool start_segment();
  bool give_back(); // what is acknowledged, to a disk that is full; false: there is nothing more
  bool open_for_reading(std::uint64_t segment);

  std::vector<std::uint64_t> segments_; // their first offsets, ascending
  agent::unique_fd tail_;               // the last one, if any
  agent::unique_fd reading_;            // one before it
  std::uint64_t reading_begin_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t given_back_ = 0; // below it the files have holes
};

} // namespace acpd::shim
