// The index reads trees past the public cursor: here both must see the same.
#include "indexer/grammars/tree_access.h"

#include "indexer/grammars/languages.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace acpd::index {
namespace {

using seen = std::vector<std::tuple<TSSymbol, uint32_t, uint32_t, int>>;

void add(seen& all, TSNode node, int depth) {
  all.emplace_back(ts_node_symbol(node), ts_node_start_byte(node), ts_node_end_byte(node), depth);
}

/// ERROR nodes have a kind that cannot be wanted.
void by_cursor(TSTreeCursor& cursor, int depth, seen& all) {
  const auto node = ts_tree_cursor_current_node(&cursor);
  if (!ts_node_is_error(node)) add(all, node, depth);
  if (!ts_tree_cursor_goto_first_child(&cursor)) return;
  do
    by_cursor(cursor, depth + 1, all);
  while (ts_tree_cursor_goto_next_sibling(&cursor));
  ts_tree_cursor_goto_parent(&cursor);
}

seen by_visit(const TSTree* tree, const TSLanguage* grammar) {
  const auto count = ts_language_symbol_count(grammar);
  const auto wanted = std::make_unique<bool[]>(count);
  std::fill_n(wanted.get(), count, true);
  seen all;
  acpd_tree_visit(
      tree, wanted.get(),
      [](void* to, TSNode node, int depth) {
        add(*static_cast<seen*>(to), node, depth);
        return true;
      },
      &all);
  return all;
}

using child = std::tuple<TSSymbol, uint32_t, uint32_t, TSFieldId>;

void check_children(TSTreeCursor& cursor) {
  std::vector<child> mine, theirs;
  acpd_tree_children(
      ts_tree_cursor_current_node(&cursor),
      [](void* to, TSNode node, TSFieldId field) {
        static_cast<std::vector<child>*>(to)->emplace_back(
            ts_node_symbol(node), ts_node_start_byte(node), ts_node_end_byte(node), field);
      },
      &mine);
  if (ts_tree_cursor_goto_first_child(&cursor)) {
    do {
      const auto node = ts_tree_cursor_current_node(&cursor);
      theirs.emplace_back(ts_node_symbol(node), ts_node_start_byte(node), ts_node_end_byte(node),
                          ts_tree_cursor_current_field_id(&cursor));
      check_children(cursor);
    } while (ts_tree_cursor_goto_next_sibling(&cursor));
    ts_tree_cursor_goto_parent(&cursor);
  }
  CHECK(mine == theirs);
}

void check(const language& lang, const std::string& bytes) {
  const std::unique_ptr<TSParser, void (*)(TSParser*)> parser(ts_parser_new(), ts_parser_delete);
  REQUIRE(ts_parser_set_language(parser.get(), lang.grammar()));
  const std::unique_ptr<TSTree, void (*)(TSTree*)> tree(
      ts_parser_parse_string(parser.get(), nullptr, bytes.data(),
                             static_cast<uint32_t>(bytes.size())),
      ts_tree_delete);
  auto cursor = ts_tree_cursor_new(ts_tree_root_node(tree.get()));
  seen expected;
  by_cursor(cursor, 0, expected);
  CHECK(by_visit(tree.get(), lang.grammar()) == expected);
  ts_tree_cursor_reset(&cursor, ts_tree_root_node(tree.get()));
  check_children(cursor);
  ts_tree_cursor_delete(&cursor);
}

} // namespace

TEST_CASE("visiting gives the nodes, and their children the fields, that the public cursor gives") {
  const auto folder =
      std::filesystem::path(__FILE__).parent_path().parent_path() / "parse" / "outlines";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const auto* lang = language_of(entry.path().string(), bytes);
    if (!lang) continue;
    INFO(entry.path());
    check(*lang, bytes);
    check(*lang, bytes.substr(0, bytes.size() / 2)); // with errors and missing nodes
    check(*lang, bytes.substr(bytes.size() / 3));
    check(*lang, "");
  }
}

TEST_CASE("what a visit turns down is not looked into") {
  const auto* lang = find_language("json");
  const std::unique_ptr<TSParser, void (*)(TSParser*)> parser(ts_parser_new(), ts_parser_delete);
  REQUIRE(ts_parser_set_language(parser.get(), lang->grammar()));
  const std::string bytes = R"({"a": [1, 2], "b": 3})";
  const std::unique_ptr<TSTree, void (*)(TSTree*)> tree(
      ts_parser_parse_string(parser.get(), nullptr, bytes.data(),
                             static_cast<uint32_t>(bytes.size())),
      ts_tree_delete);
  const auto count = ts_language_symbol_count(lang->grammar());
  const auto wanted = std::make_unique<bool[]>(count);
  std::fill_n(wanted.get(), count, true);
  std::vector<std::string> numbers;
  acpd_tree_visit(
      tree.get(), wanted.get(),
      [](void* to, TSNode node, int) {
        if (std::string_view(ts_node_type(node)) == "number")
          static_cast<std::vector<std::string>*>(to)->push_back(
              std::to_string(ts_node_start_byte(node)));
        return std::string_view(ts_node_type(node)) != "array";
      },
      &numbers);
  CHECK(numbers == std::vector<std::string>{"19"});
}

} // namespace acpd::index
