#include "indexer/parse/macros.h"

#include "indexer/parse/extract.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

namespace acpd::index {
namespace {

/// The text with each run of blanked bytes as one underscore.
std::string blanked(const std::string& bytes) {
  std::string buffer;
  const auto text = without_macros(bytes, buffer);
  REQUIRE(text.size() == bytes.size());
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == bytes[i])
      out += text[i];
    else
      CHECK(text[i] == ' ');
    if (text[i] != bytes[i] && (out.empty() || out.back() != '_')) out += '_';
  }
  return out;
}

void check_kept(const std::string& bytes) { CHECK(blanked(bytes) == bytes); }

} // namespace

TEST_CASE("a macro alone on its line is blanked") {
  CHECK(blanked("namespace a {\nMY_NAMESPACE_BEGIN\nint x;\n}") == "namespace a {\n_\nint x;\n}");
  CHECK(blanked("class a {\n  Q_OBJECT\n  DISALLOW_COPY(a)\n};") == "class a {\n  _\n  _\n};");
  CHECK(blanked("int x;\nEND_DECLS") == "int x;\n_");
}

TEST_CASE("an attribute in front of a declaration is blanked") {
  CHECK(blanked("MY_EXPORT void f();") == "_ void f();");
  CHECK(blanked("class MY_EXPORT file : base {};") == "class _ file : base {};");
  CHECK(blanked("MY_DEPRECATED(\"no\") int f();") == "_ int f();");
  CHECK(blanked("[[noreturn]] MY_NOINLINE void f();") == "[[noreturn]] _ void f();");
  CHECK(blanked("extern \"C\" MY_WEAK void f();") == "extern \"C\" _ void f();");
  CHECK(blanked("void MY_CALL f(int a);") == "void _ f(int a);");
  CHECK(blanked("MY_A MY_B(1) static std::vector<int> f();") == "_ _ static std::vector<int> f();");
}

TEST_CASE("an attribute behind a declarator is blanked") {
  CHECK(blanked("int x MY_GUARDED_BY(mu);") == "int x _;");
  CHECK(blanked("void f() const MY_NO_ANALYSIS;") == "void f() const _;");
  CHECK(blanked("void f(T& x MY_BOUND, int y) MY_LOCKS(a,b) {}") == "void f(T& x _, int y) _ {}");
  CHECK(blanked("auto* x MY_UNUSED = g();") == "auto* x _ = g();");
}

TEST_CASE("a pointer's qualifier is blanked, whatever its letters") {
  CHECK(blanked("char* my_nonnull p;") == "char* _ p;");
  CHECK(blanked("void f(char* _Nullable const p);") == "void f(char* _ const p);");
}

TEST_CASE("the kernel's small attributes are blanked") {
  CHECK(blanked("static int __init f(void) {}") == "static int _ f(void) {}");
  CHECK(blanked("int f(char __user *p) __must_hold(&l);") == "int f(char _ *p) _;");
}

TEST_CASE("a macro that takes types is blanked") {
  CHECK(blanked("DEFINE_FLAG(int,size,2);") == "_;");
}

TEST_CASE("what the grammar understands is kept") {
  check_kept("SOME_TYPE x;");
  check_kept("static SOME_TYPE x;");
  check_kept("const SOME_TYPE x = 1;");
  check_kept("SOME_TYPE f(int a);");
  check_kept("return SOME_VALUE;");
  check_kept("case SOME_VALUE: return x;");
  check_kept("x = (int)SOME_VALUE;");
  check_kept("if (x) SOME_CALL(y);");
  check_kept("f(SOME_VALUE, OTHER_VALUE);");
  check_kept("enum e { FIRST_ONE, LAST_ONE = 2 };");
  check_kept("TEST_F(a_case, name) {\n}");
  check_kept("TEST_CASE(\"a\")\n{\n}");
  check_kept("#define MY_EXPORT __declspec(dllexport)\nint x;");
  check_kept("// MY_EXPORT void f();\n\"MY_EXPORT void f();\" /* A_B c d */");
  check_kept("R\"(MY_EXPORT void f();)\"");
  check_kept("a = b * c;");
  check_kept("x = *p and q;");
  check_kept("int* const p;");
  check_kept("struct SOME_NAME *p;");
  check_kept("struct SOME_NAME f(void);");
}

TEST_CASE("blanking keeps every byte's place, and chunks keep the file's own text") {
  const std::string bytes =
      "class MY_EXPORT file {\n public:\n  void f() MY_LOCKS(a,\n    b);\n};\n";
  const auto facts = extract("a.cpp", bytes);
  CHECK_FALSE(facts.error_nodes);
  REQUIRE(facts.symbols.size() == 2);
  CHECK(facts.symbols[0].name == "file");
  CHECK(facts.symbols[1].qname == "file::f");
  CHECK(facts.symbols[1].line == 3);
  CHECK(facts.chunks.at(0).end == bytes.size());
}

} // namespace acpd::index
