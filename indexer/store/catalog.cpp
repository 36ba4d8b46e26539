#include "indexer/store/catalog.h"

#include "indexer/store/varint.h"

#include <algorithm>

namespace acpd::index {

std::string pack_docs(const doc_list& docs) {
  std::string out;
  std::uint32_t last = 0;
  for (const auto& [number, d] : docs) {
    put_varint(out, zigzag(static_cast<std::int64_t>(number) - last));
    put_varint(out, d.first_line);
    put_varint(out, zigzag(static_cast<std::int64_t>(d.last_line) - d.first_line));
    put_varint(out, d.words);
    out.push_back(static_cast<char>(d.name_words));
    out.push_back(static_cast<char>(d.kind));
    last = number;
  }
  return out;
}

doc_list unpack_docs(std::string_view packed, std::uint32_t file) {
  doc_list docs;
  std::uint32_t last = 0;
  for (byte_reader in(packed); !in.done();) {
    last = static_cast<std::uint32_t>(last + unzigzag(in.varint()));
    doc_entry d;
    d.file = file;
    d.first_line = in.natural();
    d.last_line = static_cast<std::uint32_t>(d.first_line + unzigzag(in.varint()));
    d.words = static_cast<std::uint16_t>(in.varint());
    d.name_words = in.byte();
    d.kind = static_cast<chunk_kind>(in.byte());
    docs.emplace_back(last, d);
  }
  return docs;
}

void catalog::load(connection& db) {
  docs_ = {};
  files_ = {};
  segments_.clear();
  totals_ = {};
  load_files(db);
  load_segments(db);
  ++generation_;
}

void catalog::load_files(connection& db) {
  auto row = db.select("SELECT id, path, language, state, flags, path_words, docs FROM file");
  while (row.next()) {
    file_entry f;
    f.path = row.text(1);
    f.language = row.text(2);
    f.state = row.as<file_state>(3);
    f.error_nodes = (row.integer(4) & 1) != 0;
    f.truncated = (row.integer(4) & 2) != 0;
    f.path_words = row.as<std::uint16_t>(5);
    const auto id = row.as<std::uint32_t>(0);
    put_file(id, std::move(f));
    for (const auto& [number, d] : unpack_docs(row.bytes(6), id))
      put_doc(number, d);
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
