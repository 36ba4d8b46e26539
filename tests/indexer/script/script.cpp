#include "indexer/script/script.h"

#include "indexer/script/build.h"
#include "indexer/search/search.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace acpd::index;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

/// A folder with a tree to index; gone at the end.
class workspace {
public:
  workspace() {
    std::string pattern = (fs::temp_directory_path() / "acpd-script-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
    write("tree/src/queue.py",
          "class Queue:\n    def push(self, item):\n        self.items.append(item)\n"
          "\n    def pop(self):\n        return self.items.pop()\n");
    write("tree/src/main.go",
          "package main\n\nfunc Connect(host string) error {\n\treturn dial(host)\n}\n");
    write("tree/notes.txt", "remember the socket timeout\n");
  }
  ~workspace() { fs::remove_all(path_); }
  workspace(const workspace&) = delete;
  workspace& operator=(const workspace&) = delete;

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  fs::path operator/(const std::string& name) const { return path_ / name; }
  std::string root() const { return (path_ / "tree").string(); }

private:
  fs::path path_;
};

build_report refresh(store& s, const workspace& w, unsigned threads = 1) {
  auto found = list_files(*ignore_rules::load(w.root()));
  REQUIRE(found);
  return build(s, w.root(), *std::move(found), threads);
}

std::vector<std::string> find(const store& s, const std::string& query) {
  reader r(s);
  std::vector<std::string> found;
  for (const auto& h : search(r.look(), query))
    found.push_back(h.path + " " + h.qname);
  return found;
}

/// What is written to a stream meanwhile.
class captured {
public:
  explicit captured(std::ostream& out) : out_(out), before_(out.rdbuf(text_.rdbuf())) {}
  ~captured() { out_.rdbuf(before_); }
  captured(const captured&) = delete;
  captured& operator=(const captured&) = delete;
  std::string text() const { return text_.str(); }

private:
  std::ostringstream text_;
  std::ostream& out_;
  std::streambuf* before_;
};

} // namespace

TEST_CASE("a tree is indexed, and read again only where it changed") {
  workspace w;
  store s(w / "index.db");
  CHECK(refresh(s, w).read == 3);
  CHECK(find(s, "push item").front() == "src/queue.py Queue.push");
  CHECK(refresh(s, w).read == 0);
  w.write("tree/src/queue.py", "def drain(queue):\n    return list(queue)\n");
  CHECK(refresh(s, w).read == 1);
  CHECK(find(s, "drain").front() == "src/queue.py drain");
  fs::remove(w / "tree/src/main.go");
  const auto report = refresh(s, w);
  CHECK(report.removed == 1);
  CHECK(report.read == 0);
  CHECK(find(s, "Connect").empty());
}

TEST_CASE("any number of threads builds the same index") {
  workspace w;
  for (int i = 0; i < 60; ++i)
    w.write("tree/many/f" + std::to_string(i) + ".py",
            "def task_" + std::to_string(i) + "(value):\n    return shared(value)\n");
  store one(w / "one.db"), four(w / "four.db");
  refresh(one, w, 1);
  refresh(four, w, 4);
  CHECK(one.sums().chunks == four.sums().chunks);
  CHECK(one.sums().words == four.sums().words);
  CHECK(one.files().size() == four.files().size());
  for (const auto* query : {"task 7", "shared value", "queue push"})
    CHECK(find(one, query) == find(four, query));
}

TEST_CASE("a root that is not there is said") {
  workspace w;
  script_options o;
  o.root = w / "missing";
  captured err(std::cerr);
  CHECK(run_script(o) == 1);
  CHECK_THAT(err.text(), Catch::Contains(o.root.string()));
}

TEST_CASE("the command answers queries on stdout and gives figures on stderr") {
  workspace w;
  w.write("queries.jsonl",
          "{\"id\":7,\"query\":\"push item\"}\n\n{\"id\":\"b\",\"query\":\"zzzz\"}\n");
  script_options o;
  o.root = w.root();
  o.queries = w / "queries.jsonl";
  int code = -1;
  std::string answers, figures;
  {
    captured out(std::cout), err(std::cerr);
    code = run_script(o);
    answers = out.text();
    figures = err.text();
  }
  REQUIRE(code == 0);
  std::istringstream lines(answers);
  std::string first, second;
  std::getline(lines, first);
  std::getline(lines, second);
  const auto hit = json::parse(first).at("hits").at(0);
  CHECK(json::parse(first).at("id") == 7);
  CHECK(hit.at("path") == "src/queue.py");
  CHECK(hit.at("start_line") == 2);
  CHECK(hit.at("end_line") == 3);
  CHECK(json::parse(second).at("id") == "b");
  CHECK(json::parse(second).at("hits").as_array().empty());
  const auto numbers = json::parse(figures);
  CHECK(numbers.at("files") == 3);
  for (const auto* name :
       {"bytes", "chunks", "seconds", "cpu_seconds", "peak_memory_bytes", "database_bytes"})
    CHECK(numbers.at(name).to_number<double>() > 0);
}

TEST_CASE("what cannot be done is said with the line and the file") {
  workspace w;
  script_options o;
  o.root = w.root();
  const auto said = [&] {
    captured out(std::cout), err(std::cerr);
    CHECK(run_script(o) == 1);
    return err.text();
  };
  o.queries = w / "missing.jsonl";
  CHECK_THAT(said(), Catch::Contains("missing.jsonl"));
  w.write("bad.jsonl", "{\"id\":1,\"query\":\"a\"}\nnot json\n");
  o.queries = w / "bad.jsonl";
  CHECK_THAT(said(), Catch::Contains("line 2 of"));
  o.queries.clear();
  o.db = w / "no" / "folder" / "index.db";
  CHECK_THAT(said(), Catch::Contains("no/folder"));
  o.db.clear();
  o.root = w / "nowhere";
  CHECK_THAT(said(), Catch::Contains("nowhere"));
}
