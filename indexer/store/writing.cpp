#include "indexer/store/store.h"

#include <algorithm>

namespace acpd::index {
namespace {

doc_entry entry_of(std::uint32_t file, const chunk& c, chunk_indexer::lengths l) {
  doc_entry d;
  d.file = file;
  d.first_line = c.first_line;
  d.last_line = c.last_line;
  d.words = l.words;
  d.name_words = l.name_words;
  d.kind = c.kind;
  return d;
}

bool stands_as_before(const chunk_row& old, const chunk& c) {
  return old.begin == c.begin && old.end == c.end && old.first_line == c.first_line &&
         old.last_line == c.last_line;
}

} // namespace

void store::put(std::string_view path, const file_stamp& stamp, std::uint64_t hash,
                const file_facts& facts, std::string_view bytes) {
  begin();
  const document d(facts, bytes);
  put_chunks(put_file_row(path, stamp, hash, facts, file_state::indexed), d);
}

void store::touch(std::string_view path, const file_stamp& stamp) {
  begin();
  db_->run("UPDATE file SET size = ?1, mtime_ns = ?2, inode = ?3 WHERE path = ?4", stamp.size,
           stamp.mtime_ns, stamp.inode, path);
}

void store::mark(std::string_view path, const file_stamp& stamp, file_state state) {
  begin();
  file_facts nothing;
  nothing.language = "";
  put_chunks(put_file_row(path, stamp, 0, nothing, state), document(nothing, {}));
}

void store::erase(std::string_view path) {
  begin();
  const auto known = find_file(*db_, path);
  if (!known) return;
  for (const auto& c : chunks_of(*db_, known->id))
    erase_chunk(c);
  db_->run("DELETE FROM file WHERE id = ?1", known->id);
  changes_.erased_files.push_back(known->id);
}

std::uint32_t store::put_file_row(std::string_view path, const file_stamp& stamp,
                                  std::uint64_t hash, const file_facts& facts, file_state state) {
  file_entry f;
  f.path = path;
  f.language = facts.language;
  f.state = state;
  f.error_nodes = facts.error_nodes;
  f.truncated = facts.truncated;
  const int flags = (facts.error_nodes ? 1 : 0) | (facts.truncated ? 2 : 0);
  const auto imports = pack_imports(facts.imports);
  std::uint32_t id = 0;
  {
    auto row = db_->select("SELECT id, path_words FROM file WHERE path = ?1", path);
    if (row.next()) {
      id = row.as<std::uint32_t>(0);
      f.path_words = row.as<std::uint16_t>(1);
    }
  }
  if (id == 0) {
    id = next_file_++;
    f.path_words = indexer_.add_path(path, id);
  }
  db_->run("INSERT INTO file (id, path, language, state, flags, size, mtime_ns, inode, hash, lines,"
           " path_words, imports) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
           "ON CONFLICT (id) DO UPDATE SET language = ?3, state = ?4, flags = ?5, size = ?6, "
           "mtime_ns = ?7, inode = ?8, hash = ?9, lines = ?10, imports = ?12",
           id, path, facts.language, static_cast<int>(state), flags, stamp.size, stamp.mtime_ns,
           stamp.inode, hash, facts.lines, f.path_words, blob{imports});
  changes_.files.emplace_back(id, std::move(f));
  return id;
}

void store::put_chunks(std::uint32_t file, const document& d) {
  auto old = chunks_of(*db_, file);
  std::ranges::sort(old, {}, [](const chunk_row& c) { return std::pair(c.id, c.begin); });
  std::vector<bool> kept(old.size());
  for (const auto& p : d.pieces()) {
    auto at = std::ranges::lower_bound(old, p.facts->id, {}, &chunk_row::id);
    const auto same = [&] {
      return !kept[static_cast<std::size_t>(at - old.begin())] && at->fingerprint == p.fingerprint;
    };
    while (at != old.end() && at->id == p.facts->id && !same())
      ++at;
    if (at == old.end() || at->id != p.facts->id) {
      insert_chunk(file, p);
      continue;
    }
    kept[static_cast<std::size_t>(at - old.begin())] = true;
    if (!stands_as_before(*at, *p.facts)) move_chunk(*at, p);
  }
  for (std::size_t i = 0; i < old.size(); ++i)
    if (!kept[i]) erase_chunk(old[i]);
}

void store::insert_chunk(std::uint32_t file, const document::piece& p) {
  const auto& c = *p.facts;
  const auto doc = next_doc_++;
  const auto lengths = indexer_.add(p, doc);
  ++new_docs_;
  db_->run("INSERT INTO chunk (doc, file, id, fingerprint, hash, kind, begin_byte, end_byte, "
           "first_line, last_line, words, name_words, name, qname, symbols) VALUES (?1, ?2, ?3, ?4,"
           " ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
           doc, file, c.id, p.fingerprint, c.hash, static_cast<int>(c.kind), c.begin, c.end,
           c.first_line, c.last_line, lengths.words, lengths.name_words, c.name, c.qname,
           blob{p.packed_symbols});
  changes_.docs.emplace_back(doc, entry_of(file, c, lengths));
}

/// Only where it stands changed: its lists and its number stay.
void store::move_chunk(const chunk_row& old, const document::piece& p) {
  const auto& c = *p.facts;
  chunk_indexer::lengths lengths;
  {
    auto row = db_->select("SELECT words, name_words FROM chunk WHERE doc = ?1", old.doc);
    if (row.next()) lengths = {row.as<std::uint16_t>(0), row.as<std::uint8_t>(1)};
  }
  db_->run("UPDATE chunk SET begin_byte = ?1, end_byte = ?2, first_line = ?3, last_line = ?4 "
           "WHERE doc = ?5",
           c.begin, c.end, c.first_line, c.last_line, old.doc);
  changes_.docs.emplace_back(old.doc, entry_of(old.file, c, lengths));
}

void store::erase_chunk(const chunk_row& old) {
  db_->run("DELETE FROM chunk WHERE doc = ?1", old.doc);
  changes_.docs.emplace_back(old.doc, doc_entry{});
}

} // namespace acpd::index
