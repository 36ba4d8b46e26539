// The store's small parts: varints, blocks, paged arrays, words, paths.
#include "indexer/store/analyser.h"
#include "indexer/store/blocks.h"
#include "indexer/store/document.h"
#include "indexer/store/paged.h"
#include "indexer/store/postings.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <map>

using namespace acpd::index;

namespace {

std::vector<std::string> parts_of(std::string_view word) {
  std::vector<std::string> parts;
  for_each_part(word, [&](std::string_view p) { parts.emplace_back(p); });
  return parts;
}

using words = std::vector<std::string>;

} // namespace

TEST_CASE("varints of all lengths come back") {
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (const auto value : {std::uint64_t{1} << bits, (std::uint64_t{1} << bits) - 1}) {
      std::string bytes;
      put_varint(bytes, value);
      byte_reader in(bytes);
      CHECK(in.varint() == value);
      CHECK(in.done());
    }
  }
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1},
                                   std::numeric_limits<std::int64_t>::min()})
    CHECK(unzigzag(zigzag(value)) == value);
}

TEST_CASE("damaged bytes end the input, and are never read beyond") {
  const std::string cut = "\xff\xff";
  byte_reader in(cut);
  CHECK(in.varint() == 0);
  CHECK(in.done());
  const std::string long_string = "\x7fshort";
  byte_reader text(long_string);
  CHECK(text.string().empty());
  CHECK(text.done());
  std::size_t postings = 0;
  read_words("\x02", [&](std::uint32_t, counts) { ++postings; });
  read_references("\x01\x7f", [&](std::uint32_t, std::string_view) { ++postings; });
  CHECK(postings == 2);
}

TEST_CASE("postings keep documents and counts, up to what a list stores") {
  std::string list;
  posting_writer out;
  out.add_word(list, 1, {0, 0, 1});
  out.add_word(list, 2, {1, 2, 3});
  out.add_word(list, 4'000'000'000, {200, 200, 200});
  std::vector<std::uint32_t> docs;
  std::vector<int> body;
  read_words(list, [&](std::uint32_t doc, counts c) {
    docs.push_back(doc);
    body.push_back(c.body + 100 * c.scope + 1000 * c.name);
  });
  CHECK(docs == std::vector<std::uint32_t>{1, 2, 4'000'000'000});
  CHECK(body == std::vector<int>{1, 1203, most_body + 100 * most_scope + 1000 * most_name});
}

TEST_CASE("every key is found in the blocks that a sorted run was cut into") {
  std::map<std::string, std::string> lists;
  for (int i = 0; i < 3000; ++i)
    lists["wkey" + std::to_string(i)] = std::string(i % 40 + 1, 'x');
  lists["wlong"] = std::string(100'000, 'y');
  std::vector<std::pair<std::string, std::string>> blocks;
  block_writer out(
      [&](std::string_view first, std::string_view data) { blocks.emplace_back(first, data); });
  for (const auto& [key, list] : lists)
    out.add(key, list);
  out.finish();
  CHECK(blocks.size() > 3);
  for (const auto& [key, list] : lists) {
    auto at = std::ranges::upper_bound(blocks, key, {}, [](const auto& b) { return b.first; });
    REQUIRE(at != blocks.begin());
    CHECK(find_in_block((at - 1)->second, key) == list);
  }
  CHECK(find_in_block(blocks.front().second, "w") == std::nullopt);
}

TEST_CASE("a paged array frees the pages whose entries are all gone") {
  paged<int> numbers;
  for (std::uint32_t i = 0; i < 3000; ++i)
    numbers.put(i, 7);
  for (std::uint32_t i = 0; i < 1024; ++i)
    numbers.erase(i);
  CHECK(numbers[5] == 0);
  CHECK(numbers.find(5) == nullptr);
  CHECK(numbers[1024] == 7);
  CHECK(numbers[1'000'000] == 0);
  std::size_t seen = 0;
  numbers.for_each([&](std::uint32_t, int) { ++seen; });
  CHECK(seen == 3000 - 1024);
}

TEST_CASE("identifiers are split where their writers mean it") {
  CHECK(parts_of("getUserName") == words{"get", "user", "name"});
  CHECK(parts_of("HTTPServer") == words{"http", "server"});
  CHECK(parts_of("snake_case__x") == words{"snake", "case", "x"});
  CHECK(parts_of("utf8Decoder") == words{"utf", "8", "decoder"});
  CHECK(parts_of("SCREAMING_CASE") == words{"screaming", "case"});
  CHECK(parts_of("$Gson$Types") == words{"gson", "types"});
  CHECK(parts_of("größeÄndern") == words{"größeÄndern"}); // only ASCII capitals are seen
  CHECK(parts_of("").empty());
  CHECK(parts_of("___").empty());
}

TEST_CASE("a word is found by its stemmed parts and as a whole") {
  analyser a;
  analysed word;
  a.analyse("parsedTokens", word);
  CHECK(word.parts == words{"pars", "token"});
  CHECK(word.whole == "parsedtoken");
  a.analyse("parsing", word);
  CHECK(word.parts == words{"pars"});
  CHECK(word.whole.empty());
  a.analyse("the", word);
  CHECK(word.parts.empty());
  a.analyse(std::string(500, 'x'), word);
  CHECK(word.parts.empty());
}

TEST_CASE("a file that is called as its folder's index is named by the folder") {
  CHECK(split_path("a/b/name.test.ts") ==
        std::pair<std::string_view, std::string_view>("a/b", "name.test"));
  CHECK(split_path("a/b/index.ts") == std::pair<std::string_view, std::string_view>("a", "b"));
  CHECK(split_path("sync/mod.rs") == std::pair<std::string_view, std::string_view>("", "sync"));
  CHECK(split_path("index.ts") == std::pair<std::string_view, std::string_view>("", "index"));
  CHECK(split_path(".gitignore") ==
        std::pair<std::string_view, std::string_view>("", ".gitignore"));
}
