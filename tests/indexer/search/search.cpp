#include "indexer/search/path_factor.h"
#include "indexer/search/query.h"
#include "tests/indexer/search/support.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

using namespace acpd::index;
using namespace acpd::index::testing;

namespace {

using places = std::vector<std::string>;

parsed_query parsed(std::string_view text) {
  analyser a;
  return parse_query(text, a, tuned);
}

double weight_of(const parsed_query& q, std::string_view term) {
  const auto at = std::ranges::find(q.terms, term, &query_term::text);
  return at == q.terms.end() ? 0 : at->weight;
}

} // namespace

TEST_CASE("a query is taken apart into stemmed words and names") {
  const auto q = parsed("Flushing the `queue` in readLine");
  CHECK(q.own == places{"flush", "queue", "read", "line"});
  CHECK(q.identifiers == places{"queue", "readLine"});
  CHECK(weight_of(q, "readlin") == tuned.weight_whole);
  CHECK(weight_of(q, "the") == 0);
}

TEST_CASE("a word that is repeated counts once, one that names the change counts less") {
  const auto q = parsed("fix fixing socket sockets");
  CHECK(q.own == places{"fix", "socket"});
  CHECK(weight_of(q, "fix") == tuned.weight_task);
  CHECK(weight_of(q, "socket") == 1);
}

TEST_CASE("what makes a sentence a question is not looked for, unless it is a name") {
  CHECK(parsed("Why would a socket close, and where").own == places{"socket", "close"});
  CHECK(parsed("the `where` clause").own == places{"where", "claus"});
  CHECK(parsed("why").own == places{"whi"});
}

TEST_CASE("one word alone is a name, whatever it looks like") {
  CHECK(parsed("fix").identifiers == places{"fix"});
  CHECK(weight_of(parsed("fix"), "fix") == 1);
}

TEST_CASE("a pasted page is cut, and says so") {
  std::string page;
  for (int i = 0; i < 500; ++i)
    page += "word" + std::string(1, static_cast<char>('a' + i % 26)) + std::to_string(i) + " ";
  const auto q = parsed(page);
  CHECK(q.terms.size() <= 48);
  CHECK(q.dropped > 0);
}

TEST_CASE("queries without words find nothing") {
  library l({{"a.toy", "def a\n words\n"}});
  for (const auto* nothing : {"", "   ", "the of a", "?!", "\xff\xfe"})
    CHECK(l.find(nothing).empty());
}

TEST_CASE("a definition's own name counts more than its body") {
  library l({{"a.toy", "def one\n flush flush flush\ndef flush\n something else here\n"}});
  CHECK(l.find("flush").front() == "a.toy:3");
}

TEST_CASE("words are found in other forms and inside of identifiers") {
  library l({{"a.toy", "def one\n parseTokens\n"}, {"b.toy", "def two\n nothing\n"}});
  CHECK(l.find("parsing token") == places{"a.toy:1"});
  CHECK(l.find("parsetokens") == places{"a.toy:1"});
}

TEST_CASE("rare words count more than common ones") {
  std::vector<std::pair<std::string, std::string>> files;
  for (char c = 'a'; c <= 'z'; ++c)
    files.emplace_back(std::string(1, c) + ".toy", "def some\n common words\n");
  files.emplace_back("zz.toy", "def other\n zebra\n");
  library l(files);
  CHECK(l.find("common zebra").front() == "zz.toy:1");
}

TEST_CASE("a file is found by its path alone") {
  library l(
      {{"net/socket.toy", "def open\n descriptor\n"}, {"disk/file.toy", "def open\n block\n"}});
  CHECK(l.find("socket") == places{"net/socket.toy:1"});
}

TEST_CASE("tests stand behind what they test") {
  const std::string text = "def connect\n opens the socket\n";
  library l({{"src/tests/client.toy", text}, {"src/zclient.toy", text}});
  CHECK(l.find("opens socket") == places{"src/zclient.toy:1", "src/tests/client.toy:1"});
}

TEST_CASE("tests in the file that they test stand behind it, too") {
  library l({{"client.toy", "def tests.connect\n opens socket\ndef connect\n opens socket\n"}});
  CHECK(l.find("opens socket") == places{"client.toy:3", "client.toy:1"});
}

TEST_CASE("paths beside the code are told by their words") {
  const auto factor = [](std::string_view path) { return path_factor(path, tuned); };
  for (const auto* path : {"tests/a.c", "src/a_test.go", "a/UserTest.java", "web/a.test.ts",
                           "web/a.spec.ts", "testdata/x", "lib/htesting/a.go", "examples/a.rs",
                           "benches/a.rs", "third_party/z.c", "conftest.py"})
    CHECK(factor(path) == tuned.test_path);
  for (const auto* path : {"src/latest.go", "src/contest.c", "src/attest/a.c", "inspector.ts",
                           "src/protester.c", "specification.md"})
    CHECK(factor(path) == 1);
  CHECK(factor("a/__init__.py") == tuned.init_file);
  CHECK(factor("a/types.d.ts") == tuned.declaration_file);
}

TEST_CASE("equal scores stand in the order of path and line") {
  const std::string text = "def same\n words here\ndef same\n words here\n";
  library l({{"b.toy", text}, {"a.toy", text}});
  CHECK(l.find("words") == places{"a.toy:1", "b.toy:1", "a.toy:3", "b.toy:3"});
}

TEST_CASE("options narrow what is found") {
  library l({{"src/a.toy", "use x.words\ndef a\n words\n"}, {"lib/b.toy", "def b\n words\n"}});
  search_options o;
  o.path_glob = "src/*";
  CHECK(l.find("words", o).front().starts_with("src/a.toy"));
  CHECK(l.find("words", o).size() == 2);
  o.kind = chunk_kind::function;
  CHECK(l.find("words", o) == places{"src/a.toy:2"});
  o = {};
  o.one_per_file = true;
  CHECK(l.find("words", o).size() == 2);
  o.limit = 1;
  CHECK(l.find("words", o).size() == 1);
  o = {};
  o.language = "python";
  CHECK(l.find("words", o).empty());
}

TEST_CASE("a container's hit ends before its first member") {
  library l({{"a.toy", "words here\nand here\ndef member\n other\n"}});
  const auto v = l.look();
  const auto hits = search(v, "words");
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].first_line == 1);
  CHECK(hits[0].last_line == 2);
}

TEST_CASE("a table of vectors can move what words alone left even") {
  class table : public embedding_table {
  public:
    std::span<const float> vector_of(std::string_view word) const override {
      const auto at = vectors.find(std::string(word));
      return at == vectors.end() ? std::span<const float>{} : std::span(at->second);
    }
    std::map<std::string, std::vector<float>> vectors = {
        {"remov", {1, 0}}, {"eras", {0.9F, 0.1F}}, {"draw", {0, 1}}};
  };
  library l({{"a.toy", "def draw\n remove\n"}, {"b.toy", "def erase\n remove\n"}});
  CHECK(l.find("removing of") == places{"a.toy:1", "b.toy:1"});
  const table vectors;
  search_options o;
  o.vectors = &vectors;
  CHECK(l.find("removing of", o) == places{"a.toy:1", "b.toy:1"}); // its weight is 0
  auto r = tuned;
  r.embedding = 0.5;
  CHECK(search(l.look(), "removing of", o, r).front().path == "b.toy");
}

TEST_CASE("answers do not depend on how the index came to be") {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"src/a.toy",
       "use b\ndef reader.open\n opens the file() slowly\ndef reader.close\n close()\n"},
      {"src/b.toy", "def writer.open\n opens the file() fast\ndef flush\n file() write\n"},
      {"src/c.toy", "def open\n file\n"}};
  library fresh(files);
  library lived(
      {{"src/gone.toy", "def open\n opens file file\n"}, {"src/b.toy", "def x\n file\n"}});
  lived.writing().erase("src/gone.toy");
  lived.writing().commit();
  for (auto at = files.rbegin(); at != files.rend(); ++at) {
    put(lived.writing(), at->first, at->second);
    lived.writing().commit();
  }
  for (const auto* query :
       {"open file", "flush", "opens the file fast", "reader", "close writer"}) {
    const auto a = search(fresh.look(), query);
    const auto b = search(lived.look(), query);
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(a[i].path == b[i].path);
      CHECK(a[i].first_line == b[i].first_line);
      CHECK(a[i].score == b[i].score);
    }
  }
}
