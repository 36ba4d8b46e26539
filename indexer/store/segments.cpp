#include "indexer/store/segments.h"

#include <algorithm>
#include <memory>

namespace acpd::index {
namespace {

/// The block in which `key` stands if it stands anywhere.
std::size_t block_of(const segment_entry& s, std::string_view key) {
  const auto after = std::ranges::upper_bound(
      s.blocks, key, {}, [](const auto& b) { return std::string_view(b.first); });
  const auto index = static_cast<std::size_t>(after - s.blocks.begin());
  return index == 0 ? 0 : index - 1;
}

statement read_block(connection& db, std::int64_t id) {
  return db.select("SELECT data FROM block WHERE id = ?1", id);
}

} // namespace

segment_entry write_segment(connection& db, segment_builder& builder, std::uint64_t docs) {
  segment_entry s;
  s.docs = docs;
  db.run("INSERT INTO segment (state, bytes, docs) VALUES (?1, 0, ?2)",
         static_cast<int>(segment_state::live), docs);
  s.id = db.last_row();
  builder.finish([&](std::string_view first, std::string_view data) {
    db.run("INSERT INTO block (segment, first, data) VALUES (?1, ?2, ?3)", s.id, blob{first},
           blob{data});
    s.blocks.push_back({std::string(first), db.last_row()});
    s.bytes += data.size();
  });
  db.run("UPDATE segment SET bytes = ?1 WHERE id = ?2", s.bytes, s.id);
  return s;
}

std::vector<std::string> lists_of(connection& db, const catalog& c, std::string_view key) {
  std::vector<std::string> lists;
  for (const auto& s : c.segments()) {
    if (s.blocks.empty() || key < std::string_view(s.blocks.front().first)) continue;
    auto row = read_block(db, s.blocks[block_of(s, key)].id);
    if (!row.next()) continue;
    if (const auto list = find_in_block(row.bytes(0), key)) lists.emplace_back(*list);
  }
  return lists;
}

segment_cursor::segment_cursor(connection& db, const segment_entry& s, std::string_view from)
    : db_(db) {
  if (s.blocks.empty()) return;
  blocks_.assign(s.blocks.begin() + static_cast<std::ptrdiff_t>(block_of(s, from)), s.blocks.end());
}

bool segment_cursor::load() {
  if (at_ == blocks_.size()) return false;
  auto row = read_block(db_, blocks_[at_++].id);
  data_ = row.next() ? row.text(0) : std::string();
  cursor_ = block_cursor(data_);
  return true;
}

bool segment_cursor::next() {
  while (!cursor_.next())
    if (!load()) return false;
  return true;
}

void scan_keys(connection& db, const catalog& c, std::string_view prefix, const key_sink& sink) {
  std::vector<std::unique_ptr<segment_cursor>> cursors;
  const auto advance = [&](std::unique_ptr<segment_cursor>& cursor) {
    while (cursor->next()) {
      const std::string_view key = cursor->key();
      if (key.starts_with(prefix)) return;
      if (key > prefix) break;
    }
    cursor.reset();
  };
  for (const auto& s : c.segments()) {
    advance(cursors.emplace_back(std::make_unique<segment_cursor>(db, s, prefix)));
  }
  while (true) {
    const std::string* least = nullptr;
    for (const auto& cursor : cursors)
      if (cursor && (least == nullptr || cursor->key() < *least)) least = &cursor->key();
    if (least == nullptr) return;
    const std::string key = *least;
    for (auto& cursor : cursors) {
      if (!cursor || cursor->key() != key) continue;
      if (!sink(key, cursor->list())) return;
      advance(cursor);
    }
  }
}

} // namespace acpd::index
