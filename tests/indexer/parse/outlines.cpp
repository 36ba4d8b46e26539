// outlines/NAME.EXT is a source, outlines/NAME.EXT.outline what is expected of it.
#include "indexer/grammars/languages.h"
#include "indexer/parse/extract.h"
#include "tests/indexer/parse/outline_text.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>

namespace acpd::index {
namespace {

std::set<std::string> samples() {
  std::set<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(__FILE__).parent_path() / "outlines"))
    if (entry.path().extension() != ".outline") paths.insert(entry.path().string());
  return paths;
}

} // namespace

TEST_CASE("a file's outline is what a reader would write") {
  for (const auto& path : samples()) {
    INFO(path);
    const auto bytes = read_file(path);
    const auto name = std::filesystem::path(path).filename().string();
    const auto facts = extract(name, bytes);
    CHECK(outline_text(facts) == read_file(path + ".outline"));
    CHECK_FALSE(facts.error_nodes);
    check_invariants(bytes, facts);
  }
}

TEST_CASE("every language has a sample") {
  std::set<std::string_view> seen;
  for (const auto& path : samples())
    if (const auto* lang = language_of(path, read_file(path))) seen.insert(lang->name);
  for (const auto& lang : all_languages()) {
    INFO(lang.name);
    CHECK(seen.contains(lang.name));
  }
}

TEST_CASE("Windows' line ends change no outline") {
  for (const auto& path : samples()) {
    INFO(path);
    const auto bytes = read_file(path);
    std::string windows;
    for (const char c : bytes)
      windows += c == '\n' ? "\r\n" : std::string(1, c);
    const auto name = std::filesystem::path(path).filename().string();
    CHECK(outline_text(extract(name, windows)) == outline_text(extract(name, bytes)));
  }
}

} // namespace acpd::index
