#include "tests/indexer/store/support.h"

#include "indexer/store/references.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <stdexcept>
#include <xxhash.h>

namespace acpd::index::testing {
namespace {

std::uint64_t hash_of(std::string_view s) { return XXH3_64bits(s.data(), s.size()); }

std::string where(const reader::view& v, std::uint32_t doc) {
  const auto row = find_chunk(v.db(), doc);
  return fmt::format("{}:{}-{} {}", v.entries().file(row->file).path, row->first_line,
                     row->last_line, row->qname);
}

void dump_rows(const reader::view& v, std::vector<std::string>& out) {
  v.entries().for_each_file([&](std::uint32_t id, const file_entry& f) {
    const auto row = find_file(v.db(), id);
    out.push_back(fmt::format("file {} {} {} {:x} lines {} chunks {} words {}", f.path, f.language,
                              static_cast<int>(f.state), row->hash, row->lines, f.chunks, f.words));
    for (const auto& i : imports_of(v.db(), id))
      out.push_back(fmt::format("import {} {} {}", f.path, i.module, i.line));
    for (const auto& c : chunks_of(v.db(), id)) {
      const auto& d = v.entries().doc(c.doc);
      out.push_back(fmt::format("chunk {} {}-{} {} {:x} {:x} words {} {}", f.path, c.first_line,
                                c.last_line, c.qname, c.id, c.hash, d.words, d.name_words));
      for (const auto& s : c.symbols)
        out.push_back(
            fmt::format("symbol {} {} {} {} {}", f.path, s.line, s.name, s.qname, s.kind));
    }
  });
}

void dump_list(const reader::view& v, std::string_view key, std::string_view list,
               std::vector<std::string>& out) {
  if (key.front() == static_cast<char>(key_kind::reference)) {
    read_references(list, [&](std::uint32_t doc, std::string_view packed) {
      if (v.entries().doc(doc).file == 0) return;
      read_uses(packed, [&](use u) {
        out.push_back(fmt::format("{} {} {} {}", key, where(v, doc), u.kind, u.line));
      });
    });
    return;
  }
  const bool path = key.front() == static_cast<char>(key_kind::path);
  read_words(list, [&](std::uint32_t number, counts c) {
    if (path ? v.entries().file(number).path.empty() : v.entries().doc(number).file == 0) return;
    out.push_back(fmt::format("{} {} {} {} {}", key,
                              path ? v.entries().file(number).path : where(v, number), c.name,
                              c.scope, c.body));
  });
}

} // namespace

folder::folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "acpd-store-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

folder::~folder() { std::filesystem::remove_all(path_); }

file_facts toy_facts(std::string_view path, std::string_view bytes) {
  file_facts f;
  f.language = "toy";
  std::map<std::string, std::uint32_t> seen;
  std::uint32_t line = 0;
  const auto begin_chunk = [&](std::uint32_t at, std::string qname) {
    chunk c;
    c.kind = qname.empty() ? chunk_kind::container : chunk_kind::function;
    c.begin = at;
    c.first_line = line;
    c.qname = std::move(qname);
    c.name = c.qname.substr(c.qname.rfind('.') + 1);
    c.ordinal = seen[c.qname]++;
    c.id = hash_of(fmt::format("{}|{}|{}|{}", path, c.qname, static_cast<int>(c.kind), c.ordinal));
    f.chunks.push_back(std::move(c));
  };
  for (std::uint32_t at = 0; at < bytes.size();) {
    const auto end =
        static_cast<std::uint32_t>(std::min(bytes.find('\n', at), bytes.size() - 1) + 1);
    const auto text = bytes.substr(at, end - at);
    ++line;
    if (text.starts_with("def ")) {
      begin_chunk(at, std::string(text.substr(4, text.find_first_of(" \n", 4) - 4)));
      const auto& c = f.chunks.back();
      f.symbols.push_back(
          {c.name, c.qname, "function", line, static_cast<std::uint32_t>(f.chunks.size() - 1)});
    } else if (f.chunks.empty()) {
      begin_chunk(at, "");
    }
    if (text.starts_with("use "))
      f.imports.push_back({std::string(text.substr(4, text.find('\n') - 4)), {}, line});
    scan_words(text, [&](std::string_view word) {
      if (std::string_view(word.data() + word.size(), 2) != "()") return;
      f.references.push_back(
          {std::string(word), "call", line, static_cast<std::uint32_t>(f.chunks.size() - 1)});
    });
    f.chunks.back().end = end;
    f.chunks.back().last_line = line;
    at = end;
  }
  for (auto& c : f.chunks)
    c.hash = hash_of(bytes.substr(c.begin, c.end - c.begin));
  f.lines = line;
  return f;
}

void put(store& s, std::string_view path, std::string_view bytes) {
  const std::string copy = std::string(bytes) + "\n\n"; // a view that may be looked behind
  const std::string_view text(copy.data(), bytes.size());
  s.put(path, {bytes.size(), 1, 1}, hash_of(bytes), toy_facts(path, text), text);
}

std::vector<std::string> dump(const store& s) {
  reader r(s);
  const auto v = r.look();
  std::vector<std::string> out;
  dump_rows(v, out);
  scan_keys(v.db(), v.entries(), "", [&](std::string_view key, std::string_view list) {
    dump_list(v, key, list, out);
    return true;
  });
  const auto& sums = v.entries().sums();
  out.push_back(fmt::format("sums {} {} {} {} {}", sums.files, sums.chunks, sums.words,
                            sums.name_words, sums.path_words));
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> chunks_with(const store& s, std::string_view word) {
  reader r(s);
  const auto v = r.look();
  analyser a;
  analysed terms;
  a.analyse(word, terms);
  std::vector<std::string> found;
  for (const auto& part : terms.parts)
    for (const auto& list : v.lists(key_kind::word, part))
      read_words(list, [&](std::uint32_t doc, counts) {
        const auto& d = v.entries().doc(doc);
        if (d.file != 0)
          found.push_back(fmt::format("{}:{}", v.entries().file(d.file).path, d.first_line));
      });
  std::ranges::sort(found);
  return found;
}

} // namespace acpd::index::testing
