#include "indexer/store/document.h"

#include "indexer/store/rows.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <xxhash.h>

namespace acpd::index {
namespace {

constexpr std::size_t ahead = 8; // words whose place in memory is fetched before it is needed

std::string_view range(std::string_view bytes, std::size_t begin, std::size_t end) {
  begin = std::min(begin, bytes.size());
  end = std::clamp(end, begin, bytes.size());
  return bytes.substr(begin, end - begin);
}

/// "a::b::name" without "name".
std::string_view scope_of(const chunk& c) {
  std::string_view scope = c.qname;
  if (scope.ends_with(c.name)) scope.remove_suffix(c.name.size());
  return scope;
}

} // namespace

document::document(const file_facts& facts, std::string_view bytes) {
  pieces_.resize(facts.chunks.size());
  for (std::size_t i = 0; i < pieces_.size(); ++i)
    pieces_[i].facts = &facts.chunks[i];
  for (const auto& s : facts.symbols)
    if (s.chunk < pieces_.size()) pieces_[s.chunk].symbols.push_back(&s);
  for (const auto& r : facts.references)
    if (r.chunk < pieces_.size()) pieces_[r.chunk].references.push_back(&r);
  cut_texts(facts, bytes);
  for (auto& p : pieces_)
    seal(p);
}

void document::cut_texts(const file_facts& facts, std::string_view bytes) {
  const auto& chunks = facts.chunks;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    std::size_t at = chunks[i].begin;
    if (chunks[i].kind == chunk_kind::container)
      for (std::size_t k = i + 1; k < chunks.size() && chunks[k].begin < chunks[i].end; ++k) {
        if (chunks[k].begin > at) pieces_[i].texts.push_back(range(bytes, at, chunks[k].begin));
        at = std::max<std::size_t>(at, chunks[k].end);
      }
    if (at < chunks[i].end) pieces_[i].texts.push_back(range(bytes, at, chunks[i].end));
  }
}

void document::seal(piece& p) {
  p.packed_symbols = pack_symbols(*p.facts, p.symbols);
  std::string all = p.packed_symbols;
  put_string(all, p.facts->name);
  put_string(all, p.facts->qname);
  put_varint(all, static_cast<std::uint64_t>(p.facts->kind));
  put_varint(all, p.facts->hash);
  for (const auto* r : p.references) {
    put_string(all, r->name);
    put_use(all,
            {use_kind_number(r->kind), static_cast<std::int64_t>(r->line) - p.facts->first_line});
  }
  for (const auto text : p.texts)
    put_varint(all, text.size());
  p.fingerprint = XXH3_64bits(all.data(), all.size());
}

void chunk_indexer::bump(term_id term, field f) {
  if (term >= counts_.size()) counts_.resize(builder_.terms() + 1024);
  auto& c = counts_[term];
  if (c.name == 0 && c.scope == 0 && c.body == 0) touched_.push_back(term);
  auto& n = f == field::name ? c.name : f == field::scope ? c.scope : c.body;
  if (n < std::numeric_limits<std::uint8_t>::max()) ++n;
}

std::size_t chunk_indexer::count(std::string_view text, field f) {
  words_.clear();
  scan_words(text, [&](std::string_view word) {
    const auto hash = text_hash{}(word);
    builder_.known().expect_slot(hash);
    words_.push_back({word, hash});
  });
  std::size_t words = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (i + ahead < words_.size()) builder_.known().expect_entry(words_[i + ahead].hash);
    const auto known = builder_.terms_of(words_[i].text, words_[i].hash);
    for (const auto term : known.terms)
      bump(term, f);
    words += known.terms.size() - (known.whole ? 1 : 0);
  }
  return words;
}

/// The lines that declare the chunk's symbol: what it takes and gives says more than its body.
void chunk_indexer::count_header(const document::piece& p) {
  if (p.symbols.empty() || p.texts.empty()) return;
  auto text = p.texts.front();
  for (auto line = p.facts->first_line; line < p.symbols.front()->line; ++line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
  constexpr std::size_t longest = 400;
  text = text.substr(0, longest);
  const auto end = std::min({text.find('{'), text.find(";"), text.find(":\n"), text.find("=>")});
  count(text.substr(0, end), field::scope);
}

void chunk_indexer::flush(std::uint32_t doc) {
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    if (i + ahead < touched_.size()) builder_.expect_list(touched_[i + ahead]);
    builder_.add_word(touched_[i], doc, counts_[touched_[i]]);
    counts_[touched_[i]] = {};
  }
  touched_.clear();
}

chunk_indexer::lengths chunk_indexer::add(const document::piece& p, std::uint32_t doc) {
  std::size_t words = 0;
  for (const auto text : p.texts)
    words += count(text, field::body);
  const auto name_words = count(p.facts->name, field::name);
  count(scope_of(*p.facts), field::scope);
  count_header(p);
  flush(doc);
  add_symbols(p, doc);
  add_references(p, doc);
  return {static_cast<std::uint16_t>(std::min<std::size_t>(words, 0xffff)),
          static_cast<std::uint8_t>(std::min<std::size_t>(name_words, 0xff))};
}

void chunk_indexer::add_symbols(const document::piece& p, std::uint32_t doc) {
  touched_.clear();
  for (const auto* s : p.symbols)
    touched_.push_back(builder_.name_of(key_kind::definition, s->name));
  std::ranges::sort(touched_);
  const auto repeated = std::ranges::unique(touched_);
  touched_.erase(repeated.begin(), repeated.end());
  for (const auto term : touched_)
    builder_.add_word(term, doc, {0, 0, 1});
  touched_.clear();
}

void chunk_indexer::add_references(const document::piece& p, std::uint32_t doc) {
  named_uses_.clear();
  for (const auto* r : p.references)
    named_uses_.push_back(
        {builder_.name_of(key_kind::reference, r->name),
         {use_kind_number(r->kind), static_cast<std::int64_t>(r->line) - p.facts->first_line}});
  std::ranges::sort(named_uses_, {}, [](const named_use& u) {
    return std::tuple(u.name, u.what.line, u.what.kind);
  });
  for (std::size_t i = 0; i < named_uses_.size();) {
    const auto name = named_uses_[i].name;
    uses_.clear();
    for (; i < named_uses_.size() && named_uses_[i].name == name; ++i)
      put_use(uses_, named_uses_[i].what);
    builder_.add_reference(name, doc, uses_);
  }
}

std::uint16_t chunk_indexer::add_path(std::string_view path, std::uint32_t file) {
  const auto [folders, stem] = split_path(path);
  const auto words = count(folders, field::scope) + count(stem, field::name);
  // Words were counted as those of a text: the same words as keys of paths.
  std::vector<std::pair<std::string, counts>> found;
  for (const auto term : touched_) {
    found.emplace_back(builder_.text_of(term), counts_[term]);
    counts_[term] = {};
  }
  touched_.clear();
  for (const auto& [text, c] : found)
    builder_.add_word(builder_.intern(key_kind::path, text), file, c);
  return static_cast<std::uint16_t>(std::min<std::size_t>(words, 0xffff));
}

std::pair<std::string_view, std::string_view> split_last(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {{}, path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

std::pair<std::string_view, std::string_view> split_path(std::string_view path) {
  auto [folders, stem] = split_last(path);
  if (const auto dot = stem.rfind('.'); dot != std::string_view::npos && dot > 0)
    stem = stem.substr(0, dot);
  // What the languages make a folder's own file be called.
  static constexpr std::string_view nameless[] = {"index", "mod",      "lib",
                                                  "main",  "__init__", "init"};
  if (!folders.empty() && std::ranges::count(nameless, stem) > 0) return split_last(folders);
  return {folders, stem};
}

} // namespace acpd::index
