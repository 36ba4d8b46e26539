#include "indexer/parse/extract.h"

#include "indexer/parse/chunker.h"
#include "indexer/parse/content.h"
#include "indexer/parse/macros.h"
#include "indexer/parse/tree.h"
#include "indexer/parse/walk.h"

#include <algorithm>
#include <optional>

namespace acpd::index {
namespace {

std::optional<outline> outline_of(const language& lang, std::string_view bytes,
                                  const line_index& lines) {
  thread_local tree_parser parser;
  thread_local tree_walk walk;
  std::string blanked;
  const auto tree = parser.parse(lang, lang.c_macros ? without_macros(bytes, blanked) : bytes);
  if (!tree) return std::nullopt;
  return walk.run(*tree, rules::of(lang), bytes, lines);
}

} // namespace

file_facts extract(std::string_view path, std::string_view bytes) {
  file_facts facts;
  facts.language = "text";
  const auto kind = content_of(path, bytes);
  const auto* lang = kind == content::binary ? nullptr : language_of(path, bytes);
  if (lang) facts.language = lang->name;
  if (kind != content::source) {
    facts.truncated = kind == content::binary || bytes.size() > head_of_large;
    bytes = bytes.substr(0, kind == content::binary ? 0 : head_of_large);
  }
  const line_index lines(bytes);
  facts.lines = lines.count();
  if (lang && kind == content::source)
    if (auto found = outline_of(*lang, bytes, lines)) {
      facts.error_nodes = found->error_nodes;
      facts.imports = std::move(found->imports);
      cut(path, bytes, lines, *found, facts);
      return facts;
    }
  outline nothing;
  cut(path, bytes, lines, nothing, facts);
  return facts;
}

} // namespace acpd::index
