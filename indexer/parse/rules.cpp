#include "indexer/parse/rules.h"

#include "indexer/grammars/queries.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>

namespace acpd::index {
namespace {

std::string_view embedded(std::string_view name) {
  for (const auto& file : query_files())
    if (file.name == name) return file.text;
  return {};
}

chunk_kind chunk_of(std::string_view kind) {
  for (const auto word : {"function", "method", "macro", "constructor", "test", "declaration"})
    if (kind == word) return chunk_kind::function;
  for (const auto word : {"constant", "variable", "field", "key", "property"})
    if (kind == word) return chunk_kind::value;
  return kind == "section" || kind == "element" ? chunk_kind::section : chunk_kind::type;
}

rule rule_of(std::string_view capture) {
  const auto dot = std::min(capture.find('.'), capture.size());
  const auto word = capture.substr(0, dot);
  rule r;
  r.kind = capture.substr(std::min(dot + 1, capture.size()));
  if (word == "definition") r.finds = finding::definition;
  if (word == "reference") r.finds = finding::reference;
  if (word == "container") r.finds = finding::container;
  if (word == "import") r.finds = finding::import;
  r.chunk = chunk_of(r.kind);
  r.transparent = r.kind == "namespace";
  r.closed = r.chunk == chunk_kind::function || r.kind == "block";
  return r;
}

capture_role role_of(std::string_view capture) {
  if (capture == "name") return capture_role::name;
  if (capture == "scope") return capture_role::scope;
  if (capture == "module") return capture_role::module;
  return capture == "names" ? capture_role::names : capture_role::none;
}

bool is_bare(const query_step& root) {
  return root.children.empty() && root.absent.empty() && root.alternatives.empty();
}

} // namespace

std::string queries_of(const language& lang) {
  std::string text;
  if (!lang.based_on.empty()) text = queries_of(*find_language(lang.based_on));
  return text.append(embedded(lang.name));
}

const rules& rules::of(const language& lang) {
  static std::vector<std::once_flag> once(all_languages().size());
  static std::vector<std::unique_ptr<const rules>> read(all_languages().size());
  const auto index = static_cast<std::size_t>(&lang - all_languages().data());
  std::call_once(once[index], [&] { read[index] = std::make_unique<const rules>(lang); });
  return *read[index];
}

rules::rules(const language& of) : lang(&of), queries(read_query(of, queries_of(of))) {
  const auto kinds = ts_language_symbol_count(of.grammar());
  nodes.resize(kinds);
  wanted = std::make_unique<bool[]>(kinds);
  by_pattern.resize(queries.patterns.size());
  std::ranges::transform(queries.captures, std::back_inserter(roles), role_of);
  for (std::uint32_t i = 0; i < by_pattern.size(); ++i)
    read_pattern(i);
}

void rules::read_pattern(std::uint32_t index) {
  const auto& root = queries.patterns[index].root;
  for (const auto capture : root.captures) {
    const std::string_view name = queries.captures[capture];
    if (role_of(name) != capture_role::none) continue;
    by_pattern[index] = rule_of(name);
    mark_nodes(root, index, name);
  }
}

void rules::mark_nodes(const query_step& root, std::uint32_t index, std::string_view capture) {
  for (const auto& choice : root.alternatives)
    mark_nodes(choice, index, capture);
  const auto& r = by_pattern[index];
  for (const auto symbol : root.kinds) {
    auto& node = nodes[symbol];
    wanted[symbol] = true;
    if (mark_node(node, capture)) continue;
    if (r.finds == finding::nothing)
      throw std::logic_error("queries of " + std::string(lang->name) + ": @" +
                             std::string(capture) + " is no capture of the index");
    if (r.finds == finding::reference && is_bare(root)) {
      node.reference = r.kind;
      continue;
    }
    const bool value = r.finds == finding::definition && r.chunk == chunk_kind::value;
    node.local = value && (node.local || node.patterns.empty());
    node.patterns.push_back(index);
  }
}

bool rules::mark_node(node_rule& node, std::string_view capture) {
  if (capture == "comment") return node.comment = true;
  if (capture == "attribute") return node.attribute = true;
  if (capture == "wrapper") return node.wrapper = true;
  if (capture == "body") return node.body = true;
  if (capture == "heading") return node.heading = true;
  if (capture == "skip") return node.skip = true;
  return false;
}

} // namespace acpd::index
