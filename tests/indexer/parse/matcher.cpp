// What Tree-sitter's own query engine finds in the samples is what matcher finds.
#include "indexer/parse/matcher.h"

#include "indexer/grammars/queries.h"
#include "indexer/parse/rules.h"
#include "indexer/parse/tree.h"
#include "tests/indexer/parse/outline_text.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>

namespace acpd::index {
namespace {

/// "3: name 10-14, scope 2-5"
using matches = std::multiset<std::string>;

std::string piece(std::string_view name, TSNode node) {
  return std::string(name) + " " + std::to_string(ts_node_start_byte(node)) + "-" +
         std::to_string(ts_node_end_byte(node));
}

std::string line(std::uint32_t pattern, std::vector<std::string> pieces) {
  std::ranges::sort(pieces);
  auto out = std::to_string(pattern) + ":";
  for (const auto& p : pieces)
    out += " " + p;
  return out;
}

matches theirs(const language& lang, const std::string& text, TSNode root) {
  uint32_t at = 0;
  TSQueryError error{};
  const std::unique_ptr<TSQuery, void (*)(TSQuery*)> query(
      ts_query_new(lang.grammar(), text.data(), static_cast<uint32_t>(text.size()), &at, &error),
      ts_query_delete);
  INFO(lang.name << ", error " << error << " at: " << text.substr(at, 80));
  REQUIRE(query);
  const std::unique_ptr<TSQueryCursor, void (*)(TSQueryCursor*)> cursor(ts_query_cursor_new(),
                                                                        ts_query_cursor_delete);
  ts_query_cursor_exec(cursor.get(), query.get(), root);
  matches out;
  TSQueryMatch match;
  while (ts_query_cursor_next_match(cursor.get(), &match)) {
    std::vector<std::string> pieces;
    for (uint16_t i = 0; i < match.capture_count; ++i) {
      uint32_t length = 0;
      const char* name =
          ts_query_capture_name_for_id(query.get(), match.captures[i].index, &length);
      pieces.push_back(piece({name, length}, match.captures[i].node));
    }
    out.insert(line(match.pattern_index, std::move(pieces)));
  }
  return out;
}

void ours(TSNode node, query& patterns, const std::string& bytes, matches& out) {
  matcher m;
  m.set_node(node, bytes);
  for (std::uint32_t i = 0; i < patterns.patterns.size(); ++i)
    m.run(patterns.patterns[i], [&](std::span<const capture> captures) {
      std::vector<std::string> pieces;
      for (const auto& c : captures)
        pieces.push_back(piece(patterns.captures[c.index], c.node));
      out.insert(line(i, std::move(pieces)));
    });
  for (uint32_t i = 0; i < ts_node_child_count(node); ++i)
    ours(ts_node_child(node, i), patterns, bytes, out);
}

/// Matches that one finds and the other does not.
std::vector<std::string> difference(const matches& a, const matches& b) {
  std::vector<std::string> out;
  std::ranges::set_symmetric_difference(a, b, std::back_inserter(out));
  return out;
}

} // namespace

TEST_CASE("the matcher finds what Tree-sitter's query engine finds") {
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(__FILE__).parent_path() / "outlines")) {
    const auto bytes = read_file(entry.path().string());
    const auto* lang = language_of(entry.path().string(), bytes);
    if (!lang) continue;
    INFO(entry.path());
    const auto text = queries_of(*lang);
    auto patterns = read_query(*lang, text);
    for (auto& p : patterns.patterns)
      p.tests.clear(); // a cursor leaves them to its caller
    tree_parser parser;
    const auto tree = parser.parse(*lang, bytes);
    REQUIRE(tree);
    const auto root = ts_tree_root_node(tree.get());
    matches mine;
    ours(root, patterns, bytes, mine);
    CHECK(mine.size() > 3);
    CHECK(difference(mine, theirs(*lang, text, root)) == std::vector<std::string>{});
  }
}

TEST_CASE("tests compare the text of a capture") {
  const auto& lang = *find_language("python");
  const std::string bytes = "a()\nb()\nc()\n";
  tree_parser parser;
  const auto tree = parser.parse(lang, bytes);
  const auto names = [&](const std::string& test) {
    const auto patterns = read_query(lang, "((call function: (identifier) @name) " + test + ")");
    std::string found;
    matcher m;
    for (uint32_t i = 0; i < 3; ++i) {
      const auto statement = ts_node_child(ts_tree_root_node(tree.get()), i);
      m.set_node(ts_node_child(statement, 0), bytes);
      m.run(patterns.patterns[0], [&](std::span<const capture> captures) {
        found += bytes[ts_node_start_byte(captures[0].node)];
      });
    }
    return found;
  };
  CHECK(names("") == "abc");
  CHECK(names("(#eq? @name \"b\")") == "b");
  CHECK(names("(#not-eq? @name \"b\")") == "ac");
  CHECK(names("(#any-of? @name \"a\" \"c\" \"d\")") == "ac");
  CHECK(names("(#not-any-of? @name \"a\" \"c\")") == "b");
  CHECK(names("(#any-of? @name \"a\" \"b\") (#not-eq? @name \"a\")") == "b");
}

TEST_CASE("queries that cannot work are refused with the reason and the place") {
  const auto& lang = *find_language("python");
  const auto refused = [&](const std::string& text) -> std::string {
    try {
      read_query(lang, text);
    } catch (const std::logic_error& e) {
      return e.what();
    }
    return "accepted";
  };
  CHECK_THAT(refused("(no_such_node)"), Catch::Contains("python: the grammar has no node"));
  CHECK_THAT(refused("(call no_field: (_))"), Catch::Contains("no field \"no_field\""));
  CHECK_THAT(refused("(call (_)*)"), Catch::Contains("quantifiers are not supported at: *"));
  CHECK_THAT(refused("(expression)"), Catch::Contains("supertype"));
  CHECK_THAT(refused("((call) @a (#match? @a \"x\"))"), Catch::Contains("only #eq? and #any-of?"));
  CHECK_THAT(refused("(call"), Catch::Contains("expected"));
  CHECK_THAT(refused("call"), Catch::Contains("expected a node"));
  CHECK_THAT(refused("(call @"), Catch::Contains("expected"));
  CHECK(refused("(call) @a ; a comment") == "accepted");
}

} // namespace acpd::index
