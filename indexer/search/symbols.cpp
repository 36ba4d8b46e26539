#include "indexer/search/symbols.h"

#include "indexer/store/references.h"

#include <algorithm>
#include <tuple>

namespace acpd::index {
namespace {

/// "a::b.c" → a, b, c.
std::vector<std::string_view> parts_of(std::string_view qname) {
  std::vector<std::string_view> parts;
  scan_words(qname, [&](std::string_view part) { parts.push_back(part); });
  return parts;
}

/// Whether `asked` is the end of `qname`, part by part.
bool ends_with_parts(std::string_view qname, const std::vector<std::string_view>& asked) {
  const auto parts = parts_of(qname);
  return parts.size() >= asked.size() && std::equal(asked.rbegin(), asked.rend(), parts.rbegin());
}

/// By path and line: where a name has many definitions only the first rows are read.
std::vector<std::uint32_t> chunks_defining(const reader::view& v, std::string_view name) {
  std::vector<std::uint32_t> docs;
  const auto& entries = v.entries();
  for (const auto& list : v.lists(key_kind::definition, name))
    read_words(list, [&](std::uint32_t doc, counts) {
      if (entries.doc(doc).file != 0) docs.push_back(doc);
    });
  std::ranges::sort(docs, [&](std::uint32_t a, std::uint32_t b) {
    const auto &x = entries.doc(a), &y = entries.doc(b);
    if (x.file != y.file) return entries.file(x.file).path < entries.file(y.file).path;
    return std::tie(x.first_line, x.last_line, x.words) <
           std::tie(y.first_line, y.last_line, y.words);
  });
  return docs;
}

definition_site to_site(const reader::view& v, const chunk_row& c, const symbol& s) {
  definition_site d;
  d.path = v.entries().file(c.file).path;
  d.name = s.name;
  d.qname = s.qname;
  d.kind = s.kind;
  d.line = s.line;
  d.first_line = c.first_line;
  d.last_line = c.last_line;
  d.file = c.file;
  d.doc = c.doc;
  return d;
}

void add_sites(const reader::view& v, std::uint32_t doc, std::string_view packed, uses& out) {
  const auto& entry = v.entries().doc(doc);
  if (entry.file == 0) return;
  read_uses(packed, [&](use u) {
    use_site site;
    site.path = v.entries().file(entry.file).path;
    site.kind = use_kinds[std::min<std::uint64_t>(u.kind, use_kinds.size() - 1)];
    site.line = static_cast<std::uint32_t>(entry.first_line + u.line);
    site.file = entry.file;
    site.doc = doc;
    out.sites.push_back(std::move(site));
  });
}

void name_chunks(const reader::view& v, std::vector<use_site>& sites) {
  for (auto& s : sites)
    if (const auto row = find_chunk(v.db(), s.doc)) s.within = row->qname;
}

} // namespace

std::vector<definition_site> definitions(const reader::view& v, std::string_view name,
                                         std::size_t limit) {
  std::vector<definition_site> found;
  const auto parts = parts_of(name);
  if (parts.empty()) return found;
  const bool qualified = parts.size() > 1;
  for (const auto doc : chunks_defining(v, parts.back())) {
    if (found.size() >= limit) break;
    const auto row = find_chunk(v.db(), doc);
    if (!row) continue;
    for (const auto& s : row->symbols)
      if (s.name == parts.back() && (!qualified || ends_with_parts(s.qname, parts)))
        found.push_back(to_site(v, *row, s));
  }
  std::ranges::sort(found, {}, [](const definition_site& d) {
    return std::tie(d.path, d.line, d.qname, d.kind);
  });
  if (found.size() > limit) found.resize(limit);
  return found;
}

uses references(const reader::view& v, std::string_view name, std::size_t limit) {
  uses found;
  for (const auto& list : v.lists(key_kind::reference, name))
    read_references(list, [&](std::uint32_t doc, std::string_view packed) {
      add_sites(v, doc, packed, found);
    });
  std::ranges::sort(found.sites, {},
                    [](const use_site& s) { return std::tie(s.path, s.line, s.kind); });
  found.all = found.sites.size();
  if (found.sites.size() > limit) found.sites.resize(limit);
  name_chunks(v, found.sites);
  return found;
}

std::vector<use_site> callers(const reader::view& v, std::string_view name, std::size_t limit) {
  uses found;
  for (const auto& list : v.lists(key_kind::reference, name))
    read_references(list, [&](std::uint32_t doc, std::string_view packed) {
      add_sites(v, doc, packed, found);
    });
  std::erase_if(found.sites,
                [](const use_site& s) { return s.kind != "call" && s.kind != "send"; });
  std::ranges::sort(found.sites, {},
                    [](const use_site& s) { return std::tie(s.path, s.line, s.doc); });
  std::vector<use_site> each;
  for (auto& s : found.sites) {
    if (each.size() == limit) break;
    if (std::ranges::find(each, s.doc, &use_site::doc) == each.end()) each.push_back(std::move(s));
  }
  name_chunks(v, each);
  return each;
}

std::vector<definition_site> outline_of(const reader::view& v, std::string_view path) {
  std::vector<definition_site> all;
  const auto file = find_file(v.db(), path);
  if (!file) return all;
  for (const auto& c : chunks_of(v.db(), file->id))
    for (const auto& s : c.symbols)
      all.push_back(to_site(v, c, s));
  std::ranges::sort(all, {},
                    [](const definition_site& d) { return std::tie(d.line, d.qname, d.kind); });
  return all;
}

} // namespace acpd::index
