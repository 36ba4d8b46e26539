#pragma once

#include "indexer/store/reader.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index::testing {

/// A folder that is gone at the end of the test.
class folder {
public:
  folder();
  ~folder();
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  std::string path() const { return path_.string(); }

private:
  std::filesystem::path path_;
};

/// Facts of a toy language, so that these tests are about the store and not about grammars:
/// `def a.b.name` begins a definition that goes on to the next; what stands before the first is a
/// container chunk; `word()` is a call, `use x.y` an import.
file_facts toy_facts(std::string_view path, std::string_view bytes);

/// Indexes `bytes` under `path` as toy code.
void put(store& s, std::string_view path, std::string_view bytes);

/// Everything that can be asked of the index, one thing a line, sorted: files, chunks, symbols,
/// imports, and each live posting of each list. Equal indexes have equal dumps, whatever their
/// history.
std::vector<std::string> dump(const store& s);

/// The texts of the chunks in which a word stands, as `path:first_line`.
std::vector<std::string> chunks_with(const store& s, std::string_view word);

} // namespace acpd::index::testing
