#include "indexer/parse/extract.h"
#include "tests/indexer/parse/outline_text.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace acpd::index {
namespace {

std::string repeat(const std::string& line, int times) {
  std::string out;
  for (int i = 0; i < times; ++i)
    out += line;
  return out;
}

/// "1-60 f, 51-110 f": the lines and names of the chunks.
std::string chunks_of(std::string_view path, const std::string& bytes) {
  const auto facts = extract(path, bytes);
  check_invariants(bytes, facts);
  std::string out;
  for (const auto& c : facts.chunks)
    out += (out.empty() ? "" : ", ") + std::to_string(c.first_line) + "-" +
           std::to_string(c.last_line) + (c.name.empty() ? "" : " ") + c.name;
  return out;
}

const chunk& named(const file_facts& facts, std::string_view qname) {
  const auto it = std::ranges::find(facts.chunks, qname, &chunk::qname);
  REQUIRE(it != facts.chunks.end());
  return *it;
}

} // namespace

TEST_CASE("a definition of more than a hundred lines becomes windows of its name") {
  const auto function = [](int lines) { return "def f():\n" + repeat("    step()\n", lines - 1); };
  CHECK(chunks_of("a.py", function(100)) == "1-100 f");
  CHECK(chunks_of("a.py", function(101)) == "1-60 f, 51-101 f");
  CHECK(chunks_of("a.py", function(110)) == "1-60 f, 51-110 f");
  CHECK(chunks_of("a.py", function(111)) == "1-60 f, 51-110 f, 101-111 f");
  const auto facts = extract("a.py", function(150));
  CHECK(facts.chunks[0].kind == chunk_kind::window);
  CHECK(facts.symbols[0].chunk == 0); // where its name stands
}

TEST_CASE("what has no name is cut into sixty lines") {
  CHECK(chunks_of("a.txt", repeat("word\n", 60)) == "1-60");
  CHECK(chunks_of("a.txt", repeat("word\n", 61)) == "1-60, 51-61");
  CHECK(chunks_of("a.py", repeat("step()\n", 70) + "def f(): pass\n") == "1-60, 51-70, 71-71 f");
  CHECK(chunks_of("a.py", "class A:\n" + repeat("    step()\n", 70) + "    def f(): pass\n") ==
        "1-60 A, 51-71 A, 72-72 f");
}

TEST_CASE("a last line without a newline belongs to its chunk") {
  const std::string bytes = "x = 1\ndef f(): pass";
  CHECK(chunks_of("a.py", bytes) == "1-1, 2-2 f");
  CHECK(extract("a.py", bytes).chunks.back().end == bytes.size());
}

TEST_CASE("blank lines and lonely brackets are in no chunk") {
  CHECK(chunks_of("a.txt", "") == "");
  CHECK(chunks_of("a.txt", "\n \n\t\n") == "");
  CHECK(chunks_of("a.py", "\n\nx = 1\n\n\n") == "3-3");
  CHECK(chunks_of("a.cpp", "namespace a {\nvoid f() {}\n} // namespace a\n\n#endif\n") ==
        "1-1, 2-2 f");
  CHECK(chunks_of("a.rb", "class A\n  def f\n  end\nend\n") == "1-1 A, 2-3 f");
}

TEST_CASE("long lines are cut without cutting a character") {
  const auto text = repeat("\xc3\xa9", 40'000); // é
  const auto facts = extract("a.txt", text);
  check_invariants(text, facts);
  REQUIRE(facts.chunks.size() == 5);
  for (const auto& c : facts.chunks) {
    CHECK(c.end - c.begin <= 16 * 1024);
    CHECK(c.begin % 2 == 0);
    CHECK((c.first_line == 1 && c.last_line == 1));
  }
  CHECK(facts.chunks.back().end == text.size());
}

TEST_CASE("a small value stands with its neighbours, a documented or large one alone") {
  CHECK(chunks_of("a.py", "a = 1\nb = 2\n") == "1-2");
  CHECK(chunks_of("a.py", "a = 1\n# Why.\nb = 2\n") == "1-1, 2-3 b");
  CHECK(chunks_of("a.py", "a = 1\nb = [\n  1,\n]\n") == "1-1, 2-4 b");
}

TEST_CASE("a comment belongs to what follows it without a blank line, and to nothing behind code") {
  CHECK(chunks_of("a.go", "package a\n\n// F does it.\nfunc F() {}\n") == "1-1, 3-4 F");
  CHECK(chunks_of("a.go", "package a\n\n// Far.\n\nfunc F() {}\n") == "1-3, 5-5 F");
  CHECK(chunks_of("a.go", "package a\n\nvar x = 1 // one\nfunc F() {}\n") == "1-3, 4-4 F");
  CHECK(chunks_of("a.go", "package a\n\n// One.\n\n// F does it.\n// Twice.\nfunc F() {}\n") ==
        "1-3, 5-7 F");
}

TEST_CASE("an edit leaves the ids and hashes of other chunks alone") {
  const std::string head = "import os\n\n\n";
  const std::string f = "def f():\n    return 1\n\n\n", g = "def g():\n    return 2\n";
  const auto before = extract("a.py", head + f + g);
  const auto after = extract("a.py", head + "# New.\n" + "def h(): pass\n\n\n" + f + g);
  for (const auto name : {"f", "g"}) {
    CHECK(named(before, name).id == named(after, name).id);
    CHECK(named(before, name).hash == named(after, name).hash);
    CHECK(named(before, name).begin != named(after, name).begin);
  }
  const auto changed = extract("a.py", head + "def f():\n    return 3\n\n\n" + g);
  CHECK(named(before, "f").id == named(changed, "f").id);
  CHECK(named(before, "f").hash != named(changed, "f").hash);
  CHECK(named(extract("b.py", head + f + g), "f").id != named(before, "f").id);
}

TEST_CASE("definitions of one name are told apart by their order") {
  const auto facts = extract("a.py", "def f(): pass\ndef f(): pass\n");
  REQUIRE(facts.chunks.size() == 2);
  CHECK(facts.chunks[0].ordinal == 0);
  CHECK(facts.chunks[1].ordinal == 1);
  CHECK(facts.chunks[0].id != facts.chunks[1].id);
}

TEST_CASE("a function's own functions are symbols of its chunk") {
  const auto facts = extract("a.py", "def f():\n    x = 1\n    def g():\n        pass\n");
  REQUIRE(facts.chunks.size() == 1);
  REQUIRE(facts.symbols.size() == 2); // and no local x
  CHECK(facts.symbols[1].qname == "f.g");
  CHECK(facts.symbols[1].chunk == 0);
}

TEST_CASE("facts depend on path and bytes alone") {
  const std::string python = "class A:\n    def f(self): return g()\n";
  const std::string cpp = "class API_EXPORT a { void f() NO_ANALYSIS; };\n";
  const auto first = outline_text(extract("a.py", python));
  const auto second = outline_text(extract("a.cpp", cpp));
  std::vector<std::thread> threads;
  std::vector<std::string> seen(8);
  for (std::size_t i = 0; i < seen.size(); ++i)
    threads.emplace_back([&, i] {
      for (int k = 0; k < 20; ++k)
        extract(k % 2 ? "b.go" : "b.rs", "func f() { g(");
      seen[i] = i % 2 ? outline_text(extract("a.py", python)) : outline_text(extract("a.cpp", cpp));
    });
  for (auto& t : threads)
    t.join();
  for (std::size_t i = 0; i < seen.size(); ++i)
    CHECK(seen[i] == (i % 2 ? first : second));
}

} // namespace acpd::index
