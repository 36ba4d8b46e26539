#include "indexer/store/store.h"

#include <algorithm>
#include <sqlite3.h>

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
  put_file(path, stamp, hash, facts, file_state::indexed, document(facts, bytes));
}

void store::touch(std::string_view path, const file_stamp& stamp) {
  begin();
  db_->run("UPDATE file SET size = ?1, changed_ns = ?2, inode = ?3 WHERE path = ?4", stamp.size,
           stamp.changed_ns, stamp.inode, path);
}

void store::mark(std::string_view path, const file_stamp& stamp, file_state state) {
  begin();
  file_facts nothing;
  nothing.language = "";
  put_file(path, stamp, 0, nothing, state, document(nothing, {}));
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

/// What is known of the path; a new one gets its number and its words here.
store::file_slot store::slot_of(std::string_view path) {
  {
    auto row = db_->select("SELECT id, path_words, docs FROM file WHERE path = ?1", path);
    if (row.next()) {
      const auto id = row.as<std::uint32_t>(0);
      return {id, row.as<std::uint16_t>(1), unpack_docs(row.bytes(2), id)};
    }
  }
  const auto id = next_file_++;
  return {id, indexer_.add_path(path, id), {}};
}

void store::put_file(std::string_view path, const file_stamp& stamp, std::uint64_t hash,
                     const file_facts& facts, file_state state, const document& d) {
  auto slot = slot_of(path);
  put_chunks(slot, d);
  file_entry f;
  f.path = path;
  f.language = facts.language;
  f.state = state;
  f.error_nodes = facts.error_nodes;
  f.truncated = facts.truncated;
  f.path_words = slot.path_words;
  const int flags = (facts.error_nodes ? 1 : 0) | (facts.truncated ? 2 : 0);
  const auto imports = pack_imports(facts.imports), docs = pack_docs(slot.docs);
  db_->run(
      "INSERT INTO file (id, path, language, state, flags, size, changed_ns, inode, hash, lines,"
      " path_words, imports, docs) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
      " ?13) ON CONFLICT (id) DO UPDATE SET language = ?3, state = ?4, flags = ?5, size = ?6, "
      "changed_ns = ?7, inode = ?8, hash = ?9, lines = ?10, imports = ?12, docs = ?13",
      slot.id, path, facts.language, static_cast<int>(state), flags, stamp.size, stamp.changed_ns,
      stamp.inode, hash, facts.lines, slot.path_words, blob{imports}, blob{docs});
  changes_.files.emplace_back(slot.id, std::move(f));
}

/// Leaves in the slot what the file has now.
void store::put_chunks(file_slot& file, const document& d) {
  auto old = file.docs.empty() ? std::vector<chunk_row>{} : chunks_of(*db_, file.id);
  std::ranges::sort(old, {}, [](const chunk_row& c) { return std::pair(c.id, c.begin); });
  std::ranges::sort(file.docs, {}, [](const auto& entry) { return entry.first; });
  std::vector<bool> kept(old.size());
  doc_list docs;
  for (const auto& p : d.pieces()) {
    auto at = std::ranges::lower_bound(old, p.facts->id, {}, &chunk_row::id);
    const auto same = [&] {
      return !kept[static_cast<std::size_t>(at - old.begin())] && at->fingerprint == p.fingerprint;
    };
    while (at != old.end() && at->id == p.facts->id && !same())
      ++at;
    if (at == old.end() || at->id != p.facts->id) {
      const auto doc = next_doc_++;
      docs.emplace_back(doc, insert_chunk(doc, file.id, p));
      continue;
    }
    kept[static_cast<std::size_t>(at - old.begin())] = true;
    const auto known = std::ranges::lower_bound(file.docs, at->doc, {},
                                                [](const auto& entry) { return entry.first; });
    if (known == file.docs.end() || known->first != at->doc)
      throw database_error(SQLITE_CORRUPT, "the index is damaged: a file's rows contradict");
    docs.push_back(*known);
    if (!stands_as_before(*at, *p.facts)) move_chunk(*at, docs.back().second, *p.facts);
  }
  for (std::size_t i = 0; i < old.size(); ++i)
    if (!kept[i]) erase_chunk(old[i]);
  file.docs = std::move(docs);
}

doc_entry store::insert_chunk(std::uint32_t doc, std::uint32_t file, const document::piece& p) {
  const auto& c = *p.facts;
  const auto lengths = indexer_.add(p, doc);
  ++new_docs_;
  db_->run("INSERT INTO chunk (doc, file, id, fingerprint, hash, kind, begin_byte, end_byte, "
           "first_line, last_line, name, qname, symbols) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
           " ?9, ?10, ?11, ?12, ?13)",
           doc, file, c.id, p.fingerprint, c.hash, static_cast<int>(c.kind), c.begin, c.end,
           c.first_line, c.last_line, c.name, c.qname, blob{p.packed_symbols});
  const auto made = entry_of(file, c, lengths);
  changes_.docs.emplace_back(doc, made);
  return made;
}

/// Only where it stands changed: its lists and its number stay.
void store::move_chunk(const chunk_row& old, doc_entry& entry, const chunk& now) {
  db_->run("UPDATE chunk SET begin_byte = ?1, end_byte = ?2, first_line = ?3, last_line = ?4 "
           "WHERE doc = ?5",
           now.begin, now.end, now.first_line, now.last_line, old.doc);
  entry.first_line = now.first_line;
  entry.last_line = now.last_line;
  changes_.docs.emplace_back(old.doc, entry);
}

void store::erase_chunk(const chunk_row& old) {
  db_->run("DELETE FROM chunk WHERE doc = ?1", old.doc);
  changes_.docs.emplace_back(old.doc, doc_entry{});
}

} // namespace acpd::index
