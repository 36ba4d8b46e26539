#include "indexer/store/rows.h"

#include "indexer/store/varint.h"

namespace acpd::index {
namespace {

constexpr std::uint8_t own_name = 1, own_qname = 2;

// What to_file() reads.
#define ACPD_FILE_ROW                                                                              \
  "SELECT id, path, language, state, flags, size, changed_ns, inode, hash, lines FROM file "

file_row to_file(const statement& row) {
  file_row f;
  f.id = row.as<std::uint32_t>(0);
  f.path = row.text(1);
  f.language = row.text(2);
  f.state = row.as<file_state>(3);
  f.error_nodes = (row.integer(4) & 1) != 0;
  f.truncated = (row.integer(4) & 2) != 0;
  f.stamp = {row.as<std::uint64_t>(5), row.integer(6), row.as<std::uint64_t>(7)};
  f.hash = row.as<std::uint64_t>(8);
  f.lines = row.as<std::uint32_t>(9);
  return f;
}

chunk_row to_chunk(const statement& row) {
  chunk_row c;
  c.doc = row.as<std::uint32_t>(0);
  c.file = row.as<std::uint32_t>(1);
  c.id = row.as<std::uint64_t>(2);
  c.fingerprint = row.as<std::uint64_t>(3);
  c.hash = row.as<std::uint64_t>(4);
  c.kind = row.as<chunk_kind>(5);
  c.begin = row.as<std::uint32_t>(6);
  c.end = row.as<std::uint32_t>(7);
  c.first_line = row.as<std::uint32_t>(8);
  c.last_line = row.as<std::uint32_t>(9);
  c.name = row.text(10);
  c.qname = row.text(11);
  c.symbols = unpack_symbols(c, row.bytes(12));
  return c;
}

} // namespace

std::string pack_symbols(const chunk& c, const std::vector<const symbol*>& symbols) {
  std::string out;
  for (const auto* s : symbols) {
    const bool name = s->name == c.name;
    const bool qname = s->qname == c.qname;
    out.push_back(static_cast<char>((name ? own_name : 0) | (qname ? own_qname : 0)));
    if (!name) put_string(out, s->name);
    if (!qname) put_string(out, s->qname);
    put_string(out, s->kind);
    put_varint(out, zigzag(static_cast<std::int64_t>(s->line) - c.first_line));
  }
  return out;
}

std::vector<symbol> unpack_symbols(const chunk_row& c, std::string_view packed) {
  std::vector<symbol> symbols;
  byte_reader in(packed);
  while (!in.done()) {
    symbol s;
    const auto flags = in.byte();
    s.name = (flags & own_name) != 0 ? c.name : std::string(in.string());
    s.qname = (flags & own_qname) != 0 ? c.qname : std::string(in.string());
    s.kind = in.string();
    s.line = static_cast<std::uint32_t>(c.first_line + unzigzag(in.varint()));
    symbols.push_back(std::move(s));
  }
  return symbols;
}

std::string pack_imports(const std::vector<import>& imports) {
  std::string out;
  for (const auto& i : imports) {
    put_string(out, i.module);
    put_varint(out, i.line);
    put_varint(out, i.names.size());
    for (const auto& name : i.names)
      put_string(out, name);
  }
  return out;
}

std::vector<import> unpack_imports(std::string_view packed) {
  std::vector<import> imports;
  byte_reader in(packed);
  while (!in.done()) {
    auto& i = imports.emplace_back();
    i.module = in.string();
    i.line = in.natural();
    for (auto left = in.varint(); left > 0 && !in.done(); --left)
      i.names.emplace_back(in.string());
  }
  return imports;
}

std::vector<file_row> all_files(connection& db) {
  std::vector<file_row> all;
  auto row = db.select(ACPD_FILE_ROW "ORDER BY path");
  while (row.next())
    all.push_back(to_file(row));
  return all;
}

std::optional<file_row> find_file(connection& db, std::string_view path) {
  auto row = db.select(ACPD_FILE_ROW "WHERE path = ?1", path);
  if (!row.next()) return std::nullopt;
  return to_file(row);
}

std::optional<file_row> find_file(connection& db, std::uint32_t id) {
  auto row = db.select(ACPD_FILE_ROW "WHERE id = ?1", id);
  if (!row.next()) return std::nullopt;
  return to_file(row);
}

std::optional<file_stamp> find_stamp(connection& db, std::string_view path) {
  auto row = db.select("SELECT size, changed_ns, inode FROM file WHERE path = ?1", path);
  if (!row.next()) return std::nullopt;
  return file_stamp{row.as<std::uint64_t>(0), row.integer(1), row.as<std::uint64_t>(2)};
}

std::vector<import> imports_of(connection& db, std::uint32_t file) {
  auto row = db.select("SELECT imports FROM file WHERE id = ?1", file);
  return row.next() ? unpack_imports(row.bytes(0)) : std::vector<import>{};
}

std::optional<chunk_row> find_chunk(connection& db, std::uint32_t doc) {
  auto row = db.select("SELECT doc, file, id, fingerprint, hash, kind, begin_byte, end_byte, "
                       "first_line, last_line, name, qname, symbols FROM chunk WHERE doc = ?1",
                       doc);
  if (!row.next()) return std::nullopt;
  return to_chunk(row);
}

std::optional<chunk_names> names_of(connection& db, std::uint32_t doc) {
  auto row = db.select("SELECT name, qname FROM chunk WHERE doc = ?1", doc);
  if (!row.next()) return std::nullopt;
  return chunk_names{row.text(0), row.text(1)};
}

std::vector<chunk_row> chunks_of(connection& db, std::uint32_t file) {
  std::vector<chunk_row> chunks;
  auto row = db.select("SELECT doc, file, id, fingerprint, hash, kind, begin_byte, end_byte, "
                       "first_line, last_line, name, qname, symbols FROM chunk WHERE file = ?1 "
                       "ORDER BY begin_byte, end_byte DESC, id",
                       file);
  while (row.next())
    chunks.push_back(to_chunk(row));
  return chunks;
}

} // namespace acpd::index
