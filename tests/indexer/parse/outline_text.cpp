#include "tests/indexer/parse/outline_text.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <vector>
#include <xxhash.h>

namespace acpd::index {
namespace {

constexpr const char* kinds[] = {"?",         "function", "type",  "value",
                                 "container", "section",  "window"};

/// Blank, or nothing but what ends something: the only lines that need no chunk.
bool says_nothing(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r\n\f\v");
  if (first == line.npos || std::string_view("})]").contains(line[first])) return true;
  const auto word = line.substr(first, line.find_first_of(" \t\r\n;", first) - first);
  return word == "end" || word == "#endif" || word == "fi" || word == "done";
}

std::vector<bool> covered_lines(const file_facts& facts) {
  std::vector<bool> covered(facts.lines + 1);
  for (const auto& c : facts.chunks)
    for (auto line = c.first_line; line <= c.last_line && line <= facts.lines; ++line)
      covered[line] = true;
  return covered;
}

} // namespace

std::string outline_text(const file_facts& facts) {
  std::ostringstream out;
  out << facts.language << ", " << facts.lines << " lines"
      << (facts.error_nodes ? ", with errors" : "") << (facts.truncated ? ", truncated" : "")
      << "\n\n";
  for (const auto& c : facts.chunks)
    out << c.first_line << "-" << c.last_line << " " << kinds[static_cast<int>(c.kind)]
        << (c.qname.empty() ? "" : " ") << c.qname << "\n";
  out << "\n";
  for (const auto& s : facts.symbols)
    out << s.line << " " << s.kind << " " << s.qname << " in "
        << facts.chunks.at(s.chunk).first_line << "\n";
  out << "\n";
  for (const auto& i : facts.imports) {
    out << i.line << " import " << i.module;
    for (const auto& name : i.names)
      out << " " << name;
    out << "\n";
  }
  for (const auto& r : facts.references)
    out << r.line << " " << r.kind << " " << r.name << "\n";
  return out.str();
}

void check_invariants(std::string_view bytes, const file_facts& facts) {
  std::set<std::uint64_t> ids;
  std::uint32_t begin = 0;
  for (const auto& c : facts.chunks) {
    CHECK(c.begin >= begin);
    CHECK(c.end > c.begin);
    CHECK(c.end <= bytes.size());
    CHECK(c.first_line >= 1);
    CHECK(c.last_line >= c.first_line);
    CHECK(c.last_line <= facts.lines);
    CHECK(c.hash == XXH3_64bits(bytes.data() + c.begin, c.end - c.begin));
    CHECK(ids.insert(c.id).second);
    begin = c.begin;
  }
  for (const auto& s : facts.symbols) {
    CHECK(!s.name.empty());
    CHECK(s.qname.ends_with(s.name));
    REQUIRE(s.chunk < facts.chunks.size());
  }
  for (const auto& r : facts.references)
    REQUIRE(r.chunk < facts.chunks.size());
  if (facts.truncated) return;
  const auto covered = covered_lines(facts);
  std::uint32_t line = 0;
  for (std::size_t at = 0; at < bytes.size(); ++line) {
    const auto end = std::min(bytes.find('\n', at), bytes.size() - 1) + 1;
    const auto text = bytes.substr(at, end - at);
    INFO("line " << line + 1 << ": " << text);
    CHECK((covered[line + 1] || says_nothing(text)));
    at = end;
  }
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace acpd::index
