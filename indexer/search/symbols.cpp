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

/// What may be kept as a name in what somebody asks for, the longest first: the whole of it, its
/// end with the signs there ("Job::valid?", "Text::operator=="), and its last part without them.
std::vector<std::string_view> names_in(std::string_view asked) {
  const auto parts = parts_of(asked);
  std::vector<std::string_view> names{asked};
  if (parts.empty()) return names;
  const auto last = parts.back();
  const auto from = static_cast<std::size_t>(last.data() - asked.data());
  for (const auto name : {asked.substr(from), last})
    if (name != names.back()) names.push_back(name);
  return names;
}

std::vector<std::uint32_t> chunks_defining(const reader::view& v, std::string_view name) {
  std::vector<std::uint32_t> docs;
  const auto& entries = v.entries();
  for (const auto& list : v.lists(key_kind::definition, name))
    read_words(list, [&](std::uint32_t doc, counts) {
      if (entries.doc(doc).file != 0) docs.push_back(doc);
    });
  return docs;
}

/// The chunks that may define what is asked for, each once.
struct lookup {
  std::vector<std::uint32_t> docs;
  std::string_view whole, end;             // a symbol's name is one of these
  std::vector<std::string_view> qualified; // then the parts that its qualified name must end in
};

lookup look_up(const reader::view& v, std::string_view name) {
  lookup made{chunks_defining(v, name), name, name, {}};
  auto parts = parts_of(name);
  // Of a heading, say, all that is called as its last word would be read.
  const bool can_be_qualified = parts.size() > 1 && name.find(' ') == name.npos;
  if (!made.docs.empty() && !can_be_qualified) return made;
  for (const auto end : names_in(name)) {
    if (end == name) continue;
    const auto more = chunks_defining(v, end);
    if (more.empty()) continue;
    made.docs.insert(made.docs.end(), more.begin(), more.end());
    made.end = end;
    if (parts.size() > 1) made.qualified = std::move(parts);
    break;
  }
  std::ranges::sort(made.docs);
  const auto repeated = std::ranges::unique(made.docs);
  made.docs.erase(repeated.begin(), repeated.end());
  return made;
}

bool is_asked_for(const symbol& s, const lookup& by) {
  return s.name == by.whole ||
         (s.name == by.end && (by.qualified.empty() || ends_with_parts(s.qname, by.qualified)));
}

/// By path and line, the first `limit`: of the many definitions of a common name the others' rows
/// are not read.
void keep_first(const reader::view& v, std::vector<std::uint32_t>& docs, std::size_t limit) {
  const auto& entries = v.entries();
  const auto kept = docs.begin() + static_cast<std::ptrdiff_t>(std::min(limit, docs.size()));
  std::ranges::partial_sort(docs, kept, [&](std::uint32_t a, std::uint32_t b) {
    const auto &x = entries.doc(a), &y = entries.doc(b);
    if (x.file != y.file) return entries.file(x.file).path < entries.file(y.file).path;
    return std::tie(x.first_line, x.last_line, x.words) <
           std::tie(y.first_line, y.last_line, y.words);
  });
  docs.erase(kept, docs.end());
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

/// A use as its list has it: names and paths are fetched for those that are shown only, since a
/// common name has tens of thousands.
struct plain_use {
  std::uint32_t file = 0, doc = 0, line = 0;
  std::uint8_t kind = 0;
};

std::vector<plain_use> plain_uses(const reader::view& v, std::string_view name) {
  std::vector<plain_use> all;
  for (const auto& list : v.lists(key_kind::reference, name))
    read_references(list, [&](std::uint32_t doc, std::string_view packed) {
      const auto& entry = v.entries().doc(doc);
      if (entry.file == 0) return;
      read_uses(packed, [&](use u) {
        const auto kind = std::min<std::uint64_t>(u.kind, use_kinds.size() - 1);
        all.push_back({entry.file, doc, static_cast<std::uint32_t>(entry.first_line + u.line),
                       static_cast<std::uint8_t>(kind)});
      });
    });
  return all;
}

/// The first `limit` by path, line and kind.
void keep_first(const reader::view& v, std::vector<plain_use>& uses, std::size_t limit) {
  const auto before = [&](const plain_use& a, const plain_use& b) {
    if (a.file != b.file) return v.entries().file(a.file).path < v.entries().file(b.file).path;
    if (a.line != b.line) return a.line < b.line;
    if (a.kind != b.kind) return use_kinds[a.kind] < use_kinds[b.kind];
    return v.entries().doc(a.doc).first_line < v.entries().doc(b.doc).first_line;
  };
  const auto kept = std::min(limit, uses.size());
  std::ranges::partial_sort(uses, uses.begin() + static_cast<std::ptrdiff_t>(kept), before);
  uses.resize(kept);
}

std::vector<use_site> to_sites(const reader::view& v, const std::vector<plain_use>& uses) {
  std::vector<use_site> sites;
  for (const auto& u : uses) {
    use_site site;
    site.path = v.entries().file(u.file).path;
    site.kind = use_kinds[u.kind];
    site.line = u.line;
    site.file = u.file;
    site.doc = u.doc;
    if (const auto names = names_of(v.db(), u.doc)) site.within = names->qname;
    sites.push_back(std::move(site));
  }
  return sites;
}

/// Of the name, or else of its last part: uses do not say of what, and that part is what they are
/// kept under.
std::vector<plain_use> uses_of(const reader::view& v, std::string_view name) {
  for (const auto each : names_in(name))
    if (auto found = plain_uses(v, each); !found.empty()) return found;
  return {};
}

} // namespace

defined definitions(const reader::view& v, std::string_view name, std::size_t limit) {
  defined made;
  auto& found = made.sites;
  auto by = look_up(v, name);
  const bool qualified = !by.qualified.empty();
  made.all = qualified ? 0 : by.docs.size();
  keep_first(v, by.docs, qualified ? by.docs.size() : limit);
  for (const auto doc : by.docs) {
    if (found.size() >= limit) break;
    const auto row = find_chunk(v.db(), doc);
    if (!row) continue;
    const auto before = found.size();
    for (const auto& s : row->symbols)
      if (is_asked_for(s, by)) found.push_back(to_site(v, *row, s));
    if (qualified && found.size() == before) ++made.alike;
  }
  std::ranges::sort(found, {}, [](const definition_site& d) {
    return std::tie(d.path, d.line, d.qname, d.kind);
  });
  made.all = std::max<std::uint64_t>(made.all, found.size());
  if (found.size() > limit) found.resize(limit);
  return made;
}

uses references(const reader::view& v, std::string_view name, std::size_t limit) {
  auto found = uses_of(v, name);
  uses made;
  made.all = found.size();
  keep_first(v, found, limit);
  made.sites = to_sites(v, found);
  return made;
}

std::vector<use_site> callers(const reader::view& v, std::string_view name, std::size_t limit) {
  auto found = uses_of(v, name);
  std::erase_if(found, [](const plain_use& u) {
    return use_kinds[u.kind] != "call" && use_kinds[u.kind] != "send";
  });
  // A chunk's first call stands for it.
  std::ranges::sort(found, {}, [](const plain_use& u) { return std::tie(u.doc, u.line); });
  const auto repeated = std::ranges::unique(found, {}, &plain_use::doc);
  found.erase(repeated.begin(), repeated.end());
  keep_first(v, found, limit);
  return to_sites(v, found);
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
