#pragma once

#include "indexer/store/segments.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace acpd::index {

/// Which segments to merge now: none, or two and more. Segments of about one size are merged when
/// there are several of them, so that a posting is rewritten only a logarithmic number of times;
/// all of them when most of what they name is gone.
std::vector<std::int64_t> pick_merge(const catalog& c);

/// Writes the live postings of several segments into a new one, a slice at a time, so that a save
/// never waits for all of it. Owned by the store, on the writer's thread; the catalog and the
/// connection must outlive it.
class merge_job {
public:
  merge_job(connection& db, const catalog& c, std::vector<std::int64_t> inputs);

  /// Merges about `bytes` of lists, inside the caller's transaction. False: it is done, and
  /// output() is to be published.
  bool step(std::uint64_t bytes);
  const std::vector<std::int64_t>& inputs() const { return inputs_; }
  const segment_entry& output() const { return output_; }

private:
  void add(const std::string& key, const std::vector<std::string_view>& lists);
  void emit(std::string_view first, std::string_view data);

  connection& db_;
  const catalog& catalog_;
  std::vector<std::int64_t> inputs_;
  std::vector<std::unique_ptr<segment_cursor>> cursors_; // at their next key; null: at their end
  segment_entry output_;
  block_writer writer_;
  std::string list_;
};

} // namespace acpd::index
