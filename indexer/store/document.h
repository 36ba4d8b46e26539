#pragma once

#include "indexer/facts.h"
#include "indexer/store/references.h"
#include "indexer/store/segment_builder.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace acpd::index {

/// The facts of one file sorted by chunk, as the store writes them. The facts and the bytes must
/// outlive it.
class document {
public:
  document(const file_facts& facts, std::string_view bytes);

  struct piece {
    const chunk* facts = nullptr;
    std::vector<const symbol*> symbols;
    std::vector<const reference*> references;
    std::string packed_symbols;
    std::uint64_t fingerprint = 0;       // equal: what is found by this chunk is equal
    std::vector<std::string_view> texts; // what of the file it is found by: without its members
  };
  const std::vector<piece>& pieces() const { return pieces_; }

private:
  void cut_texts(const file_facts& facts, std::string_view bytes);
  void seal(piece& p);

  std::vector<piece> pieces_;
};

/// Adds the postings of chunks to a segment. One thread, owned by the writer.
class chunk_indexer {
public:
  explicit chunk_indexer(segment_builder& builder) : builder_(builder) {}

  struct lengths {
    std::uint16_t words = 0;
    std::uint8_t name_words = 0;
  };
  lengths add(const document::piece& p, std::uint32_t doc);
  /// Gives the number of words in the path.
  std::uint16_t add_path(std::string_view path, std::uint32_t file);

private:
  enum class field { name, scope, body };
  std::size_t count(std::string_view text, field f);
  void count_header(const document::piece& p);
  void bump(term_id term, field f);
  void flush(std::uint32_t doc);
  void add_symbols(const document::piece& p, std::uint32_t doc);
  void add_references(const document::piece& p, std::uint32_t doc);

  struct text_word {
    std::string_view text;
    std::uint64_t hash;
  };
  segment_builder& builder_;
  std::vector<text_word> words_; // of one text
  std::vector<counts> counts_;   // by term
  std::vector<term_id> touched_;
  struct named_use {
    term_id name;
    use what;
  };
  std::vector<named_use> named_uses_;
  std::string uses_;
};

/// What stands before a path's last slash and behind it: `a/b/c` gives `a/b` and `c`, `c` nothing
/// and `c`.
std::pair<std::string_view, std::string_view> split_last(std::string_view path);

/// A path's folders and what names the file: `a/b/name.test.ts` gives `a/b` and `name.test`. Where
/// the last component says nothing (`a/b/index.ts`, `a/b/mod.rs`) its folder is the name: `a`, `b`.
std::pair<std::string_view, std::string_view> split_path(std::string_view path);

} // namespace acpd::index
