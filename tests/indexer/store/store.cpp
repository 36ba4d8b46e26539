#include "tests/indexer/store/support.h"

#include <catch2/catch.hpp>
#include <fstream>

using namespace acpd::index;
using namespace acpd::index::testing;

namespace {

constexpr const char* two_functions = "use base.log\n"
                                      "def writer.flush\n"
                                      "  drain() the queue\n"
                                      "def writer.close\n"
                                      "  flush() and release\n";

std::uint32_t doc_of(const store& s, std::string_view path, std::string_view qname) {
  reader r(s);
  const auto v = r.look();
  const auto file = find_file(v.db(), path);
  REQUIRE(file);
  for (const auto& c : chunks_of(v.db(), file->id))
    if (c.qname == qname) return c.doc;
  return 0;
}

} // namespace

TEST_CASE("nothing is visible before the commit") {
  folder f;
  store s(f / "index.db");
  put(s, "a.toy", two_functions);
  CHECK(chunks_with(s, "queue").empty());
  s.commit();
  CHECK(chunks_with(s, "queue") == std::vector<std::string>{"a.toy:2"});
  CHECK(s.sums().files == 1);
  CHECK(s.sums().chunks == 3);
}

TEST_CASE("what is abandoned leaves no trace") {
  folder f;
  store s(f / "index.db");
  put(s, "a.toy", two_functions);
  s.commit();
  const auto before = dump(s);
  put(s, "b.toy", "def other\n  queue\n");
  s.erase("a.toy");
  s.abandon();
  CHECK(dump(s) == before);
  put(s, "b.toy", "def other\n  queue\n");
  s.commit();
  CHECK(chunks_with(s, "queue") == std::vector<std::string>{"a.toy:2", "b.toy:1"});
}

TEST_CASE("an index that is opened again says the same") {
  folder f;
  std::vector<std::string> before;
  {
    store s(f / "index.db");
    put(s, "src/a.toy", two_functions);
    put(s, "src/b.toy", "def b\n  close()\n");
    s.commit();
    before = dump(s);
  }
  store s(f / "index.db");
  CHECK(s.rebuilt().empty());
  CHECK(dump(s) == before);
}

TEST_CASE("an edit elsewhere in the file moves a chunk and keeps its lists") {
  folder f;
  store s(f / "index.db");
  put(s, "a.toy", two_functions);
  s.commit();
  const auto flush = doc_of(s, "a.toy", "writer.flush");
  const auto close = doc_of(s, "a.toy", "writer.close");
  put(s, "a.toy",
      "use base.log\n"
      "def writer.flush\n"
      "  drain() the pipe\n"
      "  twice\n"
      "def writer.close\n"
      "  flush() and release\n");
  s.commit();
  CHECK(doc_of(s, "a.toy", "writer.close") == close);
  CHECK(doc_of(s, "a.toy", "writer.flush") != flush);
  CHECK(chunks_with(s, "release") == std::vector<std::string>{"a.toy:5"});
  CHECK(chunks_with(s, "queue").empty());
  CHECK(chunks_with(s, "pipe") == std::vector<std::string>{"a.toy:2"});
}

TEST_CASE("chunks of one name keep apart when one of them changes") {
  folder f;
  store s(f / "index.db");
  put(s, "a.toy", "def same\n one\ndef same\n two\n");
  s.commit();
  put(s, "a.toy", "def same\n three\ndef same\n two\n");
  s.commit();
  CHECK(chunks_with(s, "one").empty());
  CHECK(chunks_with(s, "two") == std::vector<std::string>{"a.toy:3"});
  CHECK(s.sums().chunks == 2);
}

TEST_CASE("a file that cannot be indexed stays known, without chunks, until it changes") {
  folder f;
  store s(f / "index.db");
  put(s, "a.toy", two_functions);
  s.commit();
  s.mark("a.toy", {7, 8, 9}, file_state::failed);
  s.commit();
  CHECK(s.sums().failed == 1);
  CHECK(s.sums().chunks == 0);
  CHECK(s.find("a.toy")->stamp == file_stamp{7, 8, 9});
  put(s, "a.toy", two_functions);
  s.commit();
  CHECK(s.sums().failed == 0);
  CHECK(s.sums().chunks == 3);
}

TEST_CASE("a new stamp alone changes nothing that is found") {
  folder f;
  store s(f / "index.db");
  put(s, "a.toy", two_functions);
  s.commit();
  const auto before = dump(s);
  s.touch("a.toy", {50, 60, 70});
  s.commit();
  CHECK(dump(s) == before);
  CHECK(s.find("a.toy")->stamp == file_stamp{50, 60, 70});
}

TEST_CASE("a damaged file is begun anew, and says so") {
  folder f;
  {
    std::ofstream out(f / "index.db", std::ios::binary);
    for (int i = 0; i < 5000; ++i)
      out << "no database ";
  }
  store s(f / "index.db");
  CHECK(s.rebuilt().find("damaged") != std::string::npos);
  put(s, "a.toy", two_functions);
  s.commit();
  CHECK(chunks_with(s, "queue").size() == 1);
}

TEST_CASE("a database of another version is begun anew, and says so") {
  folder f;
  {
    store s(f / "index.db");
    put(s, "a.toy", two_functions);
    s.commit();
  }
  {
    connection db(f / "index.db", connection::role::writer);
    db.execute("PRAGMA user_version=999");
  }
  store s(f / "index.db");
  CHECK(s.rebuilt().find("version") != std::string::npos);
  CHECK(s.sums().files == 0);
}

TEST_CASE("a folder that is not there is an error that names it") {
  folder f;
  const auto file = f / "missing" / "index.db";
  CHECK_THROWS_WITH(store(file), Catch::Contains(file.string()));
}

TEST_CASE("the file may be read by its owner only") {
  folder f;
  store s(f / "index.db");
  const auto mode = std::filesystem::status(f / "index.db").permissions();
  CHECK(mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("a reader sees each commit whole, and the one before it until then") {
  folder f;
  store s(f / "index.db");
  put(s, "a.toy", two_functions);
  s.commit();
  reader r(s);
  s.erase("a.toy");
  put(s, "b.toy", "def b\n");
  CHECK(r.look().entries().sums().chunks == 3);
  CHECK(find_file(r.look().db(), "a.toy"));
  s.commit();
  CHECK(r.look().entries().sums().chunks == 1);
  CHECK_FALSE(find_file(r.look().db(), "a.toy"));
}
