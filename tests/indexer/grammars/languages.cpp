#include "indexer/grammars/languages.h"

#include "indexer/grammars/queries.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <tree_sitter/api.h>

namespace acpd::index {
namespace {

std::string name_of(std::string_view path, std::string_view bytes = "") {
  const auto* lang = language_of(path, bytes);
  return lang ? std::string(lang->name) : "none";
}

} // namespace

TEST_CASE("a file's language follows from its extension, whatever its case") {
  CHECK(name_of("a/b/c.py") == "python");
  CHECK(name_of("A.PY") == "python");
  CHECK(name_of("a.test.tsx") == "tsx");
  CHECK(name_of("a.b/c") == "none");
  CHECK(name_of("a.unknown") == "none");
  CHECK(name_of(".py") == "none"); // a hidden file without an extension
  CHECK(name_of("a.averyverylongextension") == "none");
}

TEST_CASE("some names say their language") {
  CHECK(name_of("x/Rakefile") == "ruby");
  CHECK(name_of("Cargo.lock") == "toml");
  CHECK(name_of(".bashrc") == "bash");
}

TEST_CASE("without an extension the first line decides") {
  CHECK(name_of("run", "#!/bin/sh\n") == "bash");
  CHECK(name_of("run", "#!/usr/bin/env python3.12\nx") == "python");
  CHECK(name_of("run", "#!/usr/bin/env -S A=b node --flag\n") == "javascript");
  CHECK(name_of("run", "#!/opt/unknown\n") == "none");
  CHECK(name_of("run", "#!") == "none");
  CHECK(name_of("run", "#! \n") == "none");
  CHECK(name_of("run", "#!/usr/bin/env -x") == "none");
  CHECK(name_of("run", "print(1)\n") == "none");
  CHECK(name_of("run.txt", "#!/bin/sh\n") == "none");
}

TEST_CASE("a header is C++ where it says what C cannot") {
  CHECK(name_of("a.h", "int f(void);\n") == "c");
  CHECK(name_of("a.h", "namespace a { int f(); }\n") == "cpp");
  CHECK(name_of("a.H", "class a {};\n") == "cpp");
  CHECK(name_of("a.hpp", "int f(void);\n") == "cpp");
}

TEST_CASE("every grammar loads and has queries, and no queries lack a grammar") {
  std::set<std::string_view> names;
  for (const auto& lang : all_languages()) {
    INFO(lang.name);
    CHECK(find_language(lang.name) == &lang);
    names.insert(lang.name);
    const auto abi = ts_language_abi_version(lang.grammar());
    CHECK(abi >= TREE_SITTER_MIN_COMPATIBLE_LANGUAGE_VERSION);
    CHECK(abi <= TREE_SITTER_LANGUAGE_VERSION);
    if (!lang.based_on.empty()) CHECK(find_language(lang.based_on) != nullptr);
  }
  std::set<std::string_view> queried;
  for (const auto& file : query_files())
    queried.insert(file.name);
  CHECK(queried == names);
}

} // namespace acpd::index
