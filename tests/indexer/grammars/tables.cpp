#include "indexer/grammars/tables.h"

#include "indexer/grammars/languages.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <tree_sitter/api.h>

namespace acpd::index {
namespace {

std::string tree_of(const language& lang, std::string_view bytes) {
  const std::unique_ptr<TSParser, decltype(&ts_parser_delete)> parser(ts_parser_new(),
                                                                      ts_parser_delete);
  ts_parser_set_language(parser.get(), lang.grammar());
  const std::unique_ptr<TSTree, decltype(&ts_tree_delete)> tree(
      ts_parser_parse_string(parser.get(), nullptr, bytes.data(),
                             static_cast<std::uint32_t>(bytes.size())),
      ts_tree_delete);
  const std::unique_ptr<char, decltype(&std::free)> text(
      ts_node_string(ts_tree_root_node(tree.get())), std::free);
  return text.get();
}

/// kB of the program's file that are in this process's memory and are only read.
long resident_constants() {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").string();
  std::ifstream maps("/proc/self/smaps");
  long sum = 0;
  bool counts = false;
  for (std::string line; std::getline(maps, line);) {
    if (line.find(" r--p ") != line.npos || line.find(" r-xp ") != line.npos ||
        line.find(" rw-p ") != line.npos)
      counts = line.find(" r--p 00000000 ") != line.npos && line.ends_with(program);
    else if (counts && line.starts_with("Rss:"))
      sum += std::atol(line.c_str() + 4);
  }
  return sum;
}

} // namespace

TEST_CASE("parse tables that were let go are back with the next parse") {
  for (const auto& lang : all_languages())
    tree_of(lang, "x = 1\n");
  const auto* python = find_language("python");
  const auto before = tree_of(*python, "def f(a):\n    return a\n");
  const auto held = resident_constants();
  let_go_of_tables();
  CHECK(resident_constants() < held / 2);
  CHECK(tree_of(*python, "def f(a):\n    return a\n") == before);
}

} // namespace acpd::index
