#pragma once

#include "indexer/store/catalog.h"
#include "indexer/store/segment_builder.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// A segment's row says whether its blocks count. Values are on disk: never renumber.
enum class segment_state : std::uint8_t {
  building = 0, // a merge is writing it: thrown away if that ends early
  live = 1,
  dying = 2, // replaced: its blocks are being deleted
};

/// Writes the builder's lists as a live segment, inside the caller's transaction.
segment_entry write_segment(connection& db, segment_builder& builder, std::uint64_t docs);

/// The list of one key in each live segment that has it, oldest first.
std::vector<std::string> lists_of(connection& db, const catalog& c, std::string_view key);

/// Calls sink(key, list) for all keys that begin with `prefix`, in ascending order and oldest
/// segment first; false ends it.
using key_sink = std::function<bool(std::string_view key, std::string_view list)>;
void scan_keys(connection& db, const catalog& c, std::string_view prefix, const key_sink& sink);

/// One segment's keys from the first that is not below `from`. Reads a block at a time.
class segment_cursor {
public:
  segment_cursor(connection& db, const segment_entry& s, std::string_view from);
  bool next();
  const std::string& key() const { return cursor_.key(); }
  std::string_view list() const { return cursor_.list(); }

private:
  bool load();

  connection& db_;
  std::vector<segment_entry::block>
      blocks_; // a copy of what is still to be read: the catalog moves
  std::size_t at_ = 0;
  std::string data_;
  block_cursor cursor_{{}};
};

} // namespace acpd::index
