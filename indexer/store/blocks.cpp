#include "indexer/store/blocks.h"

#include <algorithm>

namespace acpd::index {

void block_writer::add(std::string_view key, std::string_view list) {
  // A long list gets a block of its own, so that its neighbours stay cheap to find.
  if (!data_.empty() && data_.size() + key.size() + list.size() > block_bytes) finish();
  if (data_.empty()) first_ = key;
  const auto common = static_cast<std::size_t>(
      std::mismatch(key.begin(), key.end(), last_.begin(), last_.end()).first - key.begin());
  put_varint(data_, common);
  put_string(data_, key.substr(common));
  put_string(data_, list);
  last_ = key;
}

void block_writer::finish() {
  if (data_.empty()) return;
  emit_(first_, data_);
  data_.clear();
  last_.clear();
}

bool block_cursor::next() {
  if (in_.done()) return false;
  const auto shared = std::min<std::uint64_t>(in_.varint(), key_.size());
  key_.resize(shared);
  key_ += in_.string();
  list_ = in_.string();
  return true;
}

std::optional<std::string_view> find_in_block(std::string_view data, std::string_view key) {
  block_cursor cursor(data);
  while (cursor.next()) {
    const int order = std::string_view(cursor.key()).compare(key);
    if (order == 0) return cursor.list();
    if (order > 0) break;
  }
  return std::nullopt;
}

} // namespace acpd::index
