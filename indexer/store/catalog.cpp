#include "indexer/store/catalog.h"

#include <algorithm>

namespace acpd::index {

void catalog::load(connection& db) {
  docs_ = {};
  files_ = {};
  segments_.clear();
  totals_ = {};
  load_files(db);
  load_docs(db);
  load_segments(db);
  ++generation_;
}

void catalog::load_files(connection& db) {
  auto row = db.select("SELECT id, path, language, state, flags, path_words FROM file");
  while (row.next()) {
    file_entry f;
    f.path = row.text(1);
    f.language = row.text(2);
    f.state = row.as<file_state>(3);
    f.error_nodes = (row.integer(4) & 1) != 0;
    f.truncated = (row.integer(4) & 2) != 0;
    f.path_words = row.as<std::uint16_t>(5);
    put_file(row.as<std::uint32_t>(0), std::move(f));
  }
}

void catalog::load_docs(connection& db) {
  auto row =
      db.select("SELECT doc, file, first_line, last_line, words, name_words, kind FROM chunk");
  while (row.next()) {
    doc_entry d;
    d.file = row.as<std::uint32_t>(1);
    d.first_line = row.as<std::uint32_t>(2);
    d.last_line = row.as<std::uint32_t>(3);
    d.words = row.as<std::uint16_t>(4);
    d.name_words = row.as<std::uint8_t>(5);
    d.kind = row.as<chunk_kind>(6);
    put_doc(row.as<std::uint32_t>(0), d);
  }
}

void catalog::load_segments(connection& db) {
  auto row = db.select("SELECT id, bytes, docs FROM segment WHERE state = 1 ORDER BY id");
  while (row.next()) {
    segment_entry s;
    s.id = row.integer(0);
    s.bytes = row.as<std::uint64_t>(1);
    s.docs = row.as<std::uint64_t>(2);
    auto block = db.select("SELECT id, first FROM block WHERE segment = ?1 ORDER BY id", s.id);
    while (block.next())
      s.blocks.push_back({block.text(1), block.integer(0)});
    segments_.push_back(std::move(s));
  }
}

void catalog::count(const file_entry& f, int sign) {
  const auto by = static_cast<std::uint64_t>(static_cast<std::int64_t>(sign));
  totals_.files += by;
  totals_.path_words += by * f.path_words;
  if (f.state == file_state::failed) totals_.failed += by;
  if (f.state == file_state::unreadable) totals_.unreadable += by;
}

void catalog::put_doc(std::uint32_t number, const doc_entry& d) {
  erase_doc(number);
  docs_.put(number, d);
  ++totals_.chunks;
  totals_.words += d.words;
  totals_.name_words += d.name_words;
  if (auto* f = files_.find(d.file)) {
    ++f->chunks;
    f->words += d.words;
  }
}

void catalog::erase_doc(std::uint32_t number) {
  const auto& d = docs_[number];
  if (d.file == 0) return;
  --totals_.chunks;
  totals_.words -= d.words;
  totals_.name_words -= d.name_words;
  if (auto* f = files_.find(d.file)) {
    --f->chunks;
    f->words -= d.words;
  }
  docs_.erase(number);
}

void catalog::put_file(std::uint32_t number, file_entry f) {
  f.chunks = files_[number].chunks;
  f.words = files_[number].words;
  erase_file(number);
  count(f, 1);
  files_.put(number, std::move(f));
}

void catalog::erase_file(std::uint32_t number) {
  const auto& f = files_[number];
  if (f.path.empty()) return;
  count(f, -1);
  files_.erase(number);
}

void catalog::add_segment(segment_entry s) { segments_.push_back(std::move(s)); }

void catalog::erase_segments(const std::vector<std::int64_t>& ids) {
  std::erase_if(segments_, [&](const auto& s) { return std::ranges::count(ids, s.id) > 0; });
}

} // namespace acpd::index
