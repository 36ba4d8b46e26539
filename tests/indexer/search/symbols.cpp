#include "indexer/search/symbols.h"

#include "indexer/search/graph.h"
#include "indexer/search/imports.h"
#include "indexer/search/related.h"
#include "indexer/search/repo_map.h"
#include "tests/indexer/search/support.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <numeric>

using namespace acpd::index;
using namespace acpd::index::testing;

namespace {

using lines = std::vector<std::string>;

lines shown(const std::vector<definition_site>& sites) {
  lines all;
  for (const auto& d : sites)
    all.push_back(fmt::format("{}:{} {}", d.path, d.line, d.qname));
  return all;
}

lines shown(const std::vector<use_site>& sites) {
  lines all;
  for (const auto& u : sites)
    all.push_back(fmt::format("{}:{} in {}", u.path, u.line, u.within));
  return all;
}

/// base defines log; app and tool use it; tool imports its own log.
library program() {
  return library({{"core/base.toy", "def log\n text\ndef base.open\n log()\n"},
                  {"tool/base.toy", "def log\n other\n"},
                  {"app/main.toy", "use core.base\ndef run\n log() twice log()\n open()\n"},
                  {"tool/run.toy", "use tool.base\ndef go\n log()\n"},
                  {"alone.toy", "def alone\n nothing\n"}});
}

double weight(const reference_graph& g, const std::string& from, const std::string& to) {
  for (const auto& e : g.edges())
    if (e.from == g.place_of(from) && e.to == g.place_of(to)) return e.weight;
  return 0;
}

} // namespace

TEST_CASE("definitions are found by name and by the end of their qualified name") {
  library l(
      {{"a.toy", "def writer.flush\n x\ndef reader.flush\n y\n"}, {"b.toy", "def flush\n z\n"}});
  const auto v = l.look();
  CHECK(shown(definitions(v, "flush").sites) ==
        lines{"a.toy:1 writer.flush", "a.toy:3 reader.flush", "b.toy:1 flush"});
  CHECK(shown(definitions(v, "reader.flush").sites) == lines{"a.toy:3 reader.flush"});
  CHECK(shown(definitions(v, "reader::flush").sites) == lines{"a.toy:3 reader.flush"});
  CHECK(definitions(v, "Flush").sites.empty());
  CHECK(definitions(v, "der.flush").sites.empty());
  CHECK(definitions(v, "").sites.empty());
  const auto first = definitions(v, "flush", 1);
  CHECK(shown(first.sites) == lines{"a.toy:1 writer.flush"});
  CHECK(first.all == 3);
}

TEST_CASE("of a qualified name it is said how many others its uses may mean") {
  library l(
      {{"a.toy", "def writer.flush\n x\ndef reader.flush\n y\n"}, {"b.toy", "def flush\n z\n"}});
  const auto v = l.look();
  CHECK(definitions(v, "reader.flush").alike == 2);
  CHECK(definitions(v, "flush").alike == 0);
}

TEST_CASE("names with signs and blanks are found whole, and at the end of a qualified name") {
  library l({{"a.toy", "def job.valid?\n x\ndef job.valid\n y\n"}});
  const auto v = l.look();
  CHECK(shown(definitions(v, "valid?").sites) == lines{"a.toy:1 job.valid?"});
  CHECK(shown(definitions(v, "job.valid?").sites) == lines{"a.toy:1 job.valid?"});
  CHECK(shown(definitions(v, "job::valid").sites) == lines{"a.toy:3 job.valid"});
  CHECK(shown(definitions(v, "valid()").sites) == lines{"a.toy:3 job.valid"});
  CHECK(definitions(v, "run.valid?").sites.empty());
}

TEST_CASE("a heading of a method's qualified name does not hide the method") {
  library l({{"a.toy", "def job.run\n x\n"}, {"doc.toy", "def job#run\n y\n"}});
  const auto v = l.look();
  CHECK(shown(definitions(v, "job#run").sites) == lines{"a.toy:1 job.run", "doc.toy:1 job#run"});
}

TEST_CASE("references are all uses, callers each chunk once") {
  auto l = program();
  const auto v = l.look();
  const auto found = references(v, "log");
  CHECK(shown(found.sites) == lines{"app/main.toy:3 in run", "app/main.toy:3 in run",
                                    "core/base.toy:4 in base.open", "tool/run.toy:3 in go"});
  CHECK(found.all == 4);
  CHECK(references(v, "log", 1).sites.size() == 1);
  CHECK(references(v, "log", 1).all == 4);
  CHECK(shown(callers(v, "log")) ==
        lines{"app/main.toy:3 in run", "core/base.toy:4 in base.open", "tool/run.toy:3 in go"});
  CHECK(references(v, "nobody").sites.empty());
}

TEST_CASE("lines of uses and definitions follow their chunk when it moves") {
  library l({{"a.toy", "def a\n call()\n"}});
  put(l.writing(), "a.toy", "use x\n\ndef a\n call()\n");
  l.writing().commit();
  CHECK(shown(references(l.look(), "call").sites) == lines{"a.toy:4 in a"});
  CHECK(shown(definitions(l.look(), "a").sites) == lines{"a.toy:3 a"});
}

TEST_CASE("an outline is a file's symbols in order") {
  library l({{"a.toy", "def one\n x\ndef two\n y\n"}});
  CHECK(shown(outline_of(l.look(), "a.toy")) == lines{"a.toy:1 one", "a.toy:3 two"});
  CHECK(outline_of(l.look(), "missing.toy").empty());
}

TEST_CASE("imports name files by the ends of their paths") {
  auto l = program();
  const auto v = l.look();
  import_resolver resolver(v);
  const auto imported = [&](std::string_view path) {
    lines paths;
    for (const auto id : resolver.imported_by(find_file(v.db(), path)->id))
      paths.push_back(v.entries().file(id).path);
    return paths;
  };
  CHECK(imported("app/main.toy") == lines{"core/base.toy"});
  CHECK(imported("tool/run.toy") == lines{"tool/base.toy"});
  CHECK(imported("alone.toy").empty());
}

TEST_CASE("a use points to what the file imports, else to all that define it") {
  library l({{"a/log.toy", "def log\n x\n"},
             {"b/log.toy", "def log\n y\n"},
             {"one.toy", "use a.log\ndef one\n log()\n"},
             {"two.toy", "def two\n log()\n"},
             {"own.toy", "def log\n z\ndef own\n log()\n"}});
  const auto v = l.look();
  const reference_graph g(v);
  CHECK(weight(g, "one.toy", "a/log.toy") == 1);
  CHECK(weight(g, "one.toy", "b/log.toy") == 0);
  CHECK(weight(g, "two.toy", "a/log.toy") == Approx(1.0 / 3));
  CHECK(weight(g, "two.toy", "b/log.toy") == Approx(1.0 / 3));
  CHECK(weight(g, "own.toy", "a/log.toy") == 0);
}

TEST_CASE("page rank sums to one, and prefers what is used from the start") {
  auto l = program();
  const auto v = l.look();
  const reference_graph g(v);
  const auto rank = g.page_rank({});
  CHECK(std::accumulate(rank.begin(), rank.end(), 0.0) == Approx(1.0));
  CHECK(rank[g.place_of("core/base.toy")] > rank[g.place_of("alone.toy")]);
  std::vector<double> start(g.files().size());
  start[g.place_of("tool/run.toy")] = 1;
  const auto seen = g.page_rank(start);
  CHECK(seen[g.place_of("tool/base.toy")] > seen[g.place_of("core/base.toy")]);
  CHECK(seen[g.place_of("alone.toy")] == 0);
}

TEST_CASE("related files use, or are used by, the file") {
  auto l = program();
  const auto v = l.look();
  const reference_graph g(v);
  const auto found = related(g, "core/base.toy");
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == "app/main.toy");
  CHECK(found[0].used_by > 0);
  CHECK(found[0].uses == 0);
  CHECK(related(g, "alone.toy").empty());
  CHECK(related(g, "missing.toy").empty());
}

TEST_CASE("a repository map keeps to its budget and begins with what matters most") {
  auto l = program();
  const auto v = l.look();
  const reference_graph g(v);
  map_options o;
  o.root = "/nonexistent";
  const auto all = repo_map(v, g, o);
  CHECK(all.text.find("core/base.toy:\n1: function log\n") != std::string::npos);
  CHECK(all.text.find("alone") == std::string::npos); // nobody uses it
  CHECK(all.left_out == 0);
  o.most_tokens = 10;
  const auto small = repo_map(v, g, o);
  CHECK(small.text.size() <= 40);
  CHECK(small.symbols >= 1);
  CHECK(small.left_out > 0);
  o.most_tokens = 0;
  CHECK(repo_map(v, g, o).text.empty());
}

TEST_CASE("a name that many files define is worth its share in a map") {
  std::vector<std::pair<std::string, std::string>> files{
      {"base.toy", "def make\n x\ndef special\n y\n"}};
  for (char c = 'a'; c <= 'f'; ++c) {
    files.emplace_back(std::string("more/") + c + ".toy", "def make\n z\n");
    files.emplace_back(std::string("user/") + c + ".toy",
                       "use base\ndef run\n make()\n special()\n");
  }
  library l(files);
  const auto v = l.look();
  const reference_graph g(v);
  map_options o;
  o.root = "/nonexistent";
  o.most_tokens = 9; // one line
  CHECK(repo_map(v, g, o).text == "base.toy:\n3: function special\n");
}

TEST_CASE("a map that is seen from a file shows what that file needs") {
  auto l = program();
  const auto v = l.look();
  const reference_graph g(v);
  map_options o;
  o.root = "/nonexistent";
  o.focus = {"tool/run.toy"};
  o.most_tokens = 9;
  CHECK(repo_map(v, g, o).text.starts_with("tool/base.toy"));
}
