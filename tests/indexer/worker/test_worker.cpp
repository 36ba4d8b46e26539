// The worker as the daemon sees it: a process and its lines.
#include "tests/indexer/worker/indexed.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace acpd::index::test;
namespace json = boost::json;
using Catch::Contains;

TEST_CASE("what is indexed is found, with lines, coverage and freshness") {
  indexed it(two_files);
  const auto answer = it.worker.search("open the store", {{"text", true}});
  const auto& hit = answer.at("hits").at(0).as_object();
  CHECK(hit.at("path").as_string() == "src/store.py");
  CHECK(hit.at("start_line").to_number<int>() == 1);
  CHECK(hit.at("end_line").to_number<int>() == 2);
  CHECK(hit.at("text").as_string() == "def open_store(path):\n    return path\n");
  CHECK(hit.at("stale").as_bool() == false);
  const auto& coverage = answer.at("coverage").as_object();
  CHECK(coverage.at("indexed").to_number<int>() == 2);
  CHECK(coverage.at("pending").to_number<int>() == 0);
  CHECK(coverage.at("complete").as_bool());
}

TEST_CASE("a question right after a save sees the save") {
  indexed it(two_files);
  for (int i = 0; i < 50; ++i) {
    const auto name = "fresh_function_" + std::to_string(i);
    it.files.write("src/new.py", "def " + name + "():\n    pass\n");
    const auto answer = it.worker.search(name);
    INFO(text(answer));
    REQUIRE(answer.at("hits").as_array().size() > 0);
    REQUIRE(answer.at("hits").at(0).at("name").as_string() == name);
    REQUIRE(answer.at("hits").at(0).at("stale").as_bool() == false);
  }
}

TEST_CASE("a removed file is not found any more, a renamed one under its new name") {
  indexed it(two_files);
  it.files.remove("src/store.py");
  CHECK_FALSE(finds(it.worker, "open_store", "src/store.py"));
  it.files.move("src/wire.py", "src/frames.py");
  CHECK(finds(it.worker, "send_frame", "src/frames.py"));
  CHECK_FALSE(finds(it.worker, "send_frame", "src/wire.py"));
}

TEST_CASE("nothing found, and not indexed yet, are different answers") {
  indexed it(two_files);
  CHECK_THAT(text(it.worker.search("zyzzyva").at("note")),
             Contains("nothing found in 2 indexed files"));
  tree more;
  for (int i = 0; i < 3000; ++i)
    more.write("f" + std::to_string(i) + ".py", "def f" + std::to_string(i) + "():\n  pass\n");
  it.worker.send({{"id", 900},
                  {"do", "add"},
                  {"workspace", "more"},
                  {"root", more.root()},
                  {"db", it.state.path("more.db")}});
  while (true) {
    const auto line = it.worker.next_line();
    if (const auto* id = line.if_contains("id"); id && *id == 900) break;
  }
  const auto early = it.worker.ok({{"do", "search"}, {"workspace", "more"}, {"query", "zyzzyva"}});
  CHECK_THAT(text(early.at("note")), Contains("not indexed yet"));
  CHECK(early.at("coverage").at("total").to_number<int>() >= 0);
}

TEST_CASE("symbols, outline, related files and the map") {
  indexed it(two_files);
  const auto ask = [&](json::object what) {
    what["workspace"] = "w";
    return it.worker.ok(std::move(what));
  };
  const auto symbol = ask({{"do", "symbol"}, {"name", "open_store"}});
  CHECK(symbol.at("definitions").at(0).at("path").as_string() == "src/store.py");
  CHECK(symbol.at("references").at(0).at("path").as_string() == "src/wire.py");
  CHECK(symbol.at("callers").at(0).at("within").as_string() == "send_frame");
  const auto outline = ask({{"do", "outline"}, {"path", "src/wire.py"}});
  CHECK(outline.at("symbols").at(0).at("name").as_string() == "send_frame");
  CHECK(outline.at("stale").as_bool() == false);
  const auto related = ask({{"do", "related"}, {"path", "src/wire.py"}});
  CHECK(related.at("files").at(0).at("path").as_string() == "src/store.py");
  const auto by_symbol = ask({{"do", "related"}, {"symbol", "send_frame"}});
  CHECK(by_symbol.at("path").as_string() == "src/wire.py");
  CHECK(by_symbol.at("files") == related.at("files"));
  CHECK_THAT(text(ask({{"do", "related"}, {"symbol", "nobody"}}).at("note")),
             Contains("nothing found"));
  const auto with_text = ask({{"do", "symbol"}, {"name", "send_frame"}, {"text", true}});
  CHECK_THAT(text(with_text.at("definitions").at(0).at("text")), Contains("def send_frame"));
  CHECK_THAT(text(ask({{"do", "repo_map"}, {"max_tokens", 500}}).at("text")),
             Contains("open_store"));
}

TEST_CASE("a heading is a name to look up, nothing that code uses") {
  indexed it([](const tree& files) {
    two_files(files);
    files.write("NOTES.md", "# open_store\n\nIt is opened once.\n");
  });
  const auto found = it.worker.ok({{"do", "symbol"}, {"workspace", "w"}, {"name", "open_store"}});
  CHECK(found.at("definitions").as_array().size() == 2);
  const auto related =
      it.worker.ok({{"do", "related"}, {"workspace", "w"}, {"path", "src/wire.py"}});
  CHECK(related.at("files").as_array().size() == 1);
  CHECK_THAT(text(related), !Contains("NOTES.md"));
}

TEST_CASE("each wrong request gets one answer that says what is wrong") {
  indexed it(two_files);
  const auto error = [&](json::object request) {
    return text(it.worker.ask(std::move(request)).at("error"));
  };
  CHECK_THAT(error({{"do", "fly"}}), Contains("there is no \\\"fly\\\""));
  CHECK_THAT(error({{"query", "x"}}), Contains("\\\"do\\\" must be a string"));
  CHECK_THAT(error({{"do", "search"}, {"workspace", "other"}, {"query", "x"}}),
             Contains("unknown_workspace"));
  CHECK_THAT(error({{"do", "search"}, {"workspace", "w"}}), Contains("\\\"query\\\" must be"));
  CHECK_THAT(error({{"do", "search"}, {"workspace", "w"}, {"query", "x"}, {"limit", "many"}}),
             Contains("\\\"limit\\\" must be a whole number"));
  CHECK_THAT(error({{"do", "search"}, {"workspace", "w"}, {"query", "x"}, {"kind", "verb"}}),
             Contains("must be function, type"));
  CHECK_THAT(error({{"do", "add"}, {"workspace", "w"}, {"root", "/x"}, {"db", "/y"}}),
             Contains("is there already"));
  CHECK_THAT(error({{"do", "add"}, {"workspace", "v"}, {"root", "/"}, {"db", it.db() + "2"}}),
             Contains("too_wide"));
  CHECK_THAT(error({{"do", "add"}, {"workspace", "v"}, {"root", "/nope"}, {"db", it.db() + "2"}}),
             Contains("no_folder"));
  it.worker.send_text("{\"id\": 5");
  CHECK_THAT(text(it.worker.next_line()), Contains("a request is a JSON object on one line"));
  CHECK(finds(it.worker, "open_store", "src/store.py"));
}

TEST_CASE("a workspace that was removed can be added again, and costs no parsing") {
  indexed it(two_files);
  it.worker.ok({{"do", "remove"}, {"workspace", "w"}});
  CHECK(it.worker.ask({{"do", "status"}, {"workspace", "w"}}).contains("error"));
  it.worker.add(it.files.root(), it.db());
  CHECK(it.worker.settled().at("indexed").to_number<int>() == 2);
}

TEST_CASE("a database that another worker has is not touched") {
  indexed it(two_files);
  worker_process second;
  const auto refused =
      second.ask({{"do", "add"}, {"workspace", "w"}, {"root", it.files.root()}, {"db", it.db()}});
  CHECK_THAT(text(refused), Contains("in use by another acpd"));
  it.worker.kill();
  second.add(it.files.root(), it.db()); // the lock ended with its process
  CHECK(second.settled().at("indexed").to_number<int>() == 2);
}

TEST_CASE("a corrupt index.db is built anew, and said") {
  indexed it(two_files);
  const auto spoil = [&](std::streamoff from) {
    REQUIRE(it.worker.end() == 0); // a kill would leave the pages in the -wal as well
    std::fstream db(it.db(), std::ios::in | std::ios::out | std::ios::binary);
    db.seekp(from);
    db << std::string(2000, 'x');
  };
  spoil(GENERATE(0, 8192));
  worker_process again;
  again.add(it.files.root(), it.db());
  again.settled();
  CHECK(finds(again, "open_store", "src/store.py"));
  CHECK(again.settled().contains("rebuilt"));
}

TEST_CASE("a rebuild that somebody asks for ends in the same index") {
  indexed it(two_files);
  const auto before = text(it.worker.search("store frame").at("hits"));
  it.worker.ok({{"do", "rebuild"}, {"workspace", "w"}});
  CHECK_THAT(text(it.worker.settled()), Contains("asked for"));
  CHECK(text(it.worker.search("store frame").at("hits")) == before);
}

TEST_CASE("a grammar that crashes on a file costs that file only, until it changes") {
  tree files, state;
  two_files(files);
  files.write("src/bad.py", "def lost():\n    pass\n");
  const auto crash = [] { ::setenv("ACPD_FAULT", "index.parse:bad.py", 1); };
  int status = 0;
  {
    worker_process worker(crash);
    worker.send({{"id", 1},
                 {"do", "add"},
                 {"workspace", "w"},
                 {"root", files.root()},
                 {"db", state.path("index.db")}});
    CHECK_THROWS_WITH(
        [&] {
          while (true)
            worker.next_line();
        }(),
        Contains("has ended"));
    status = worker.end();
  }
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGSEGV);
  worker_process worker(crash); // the grammar still crashes
  worker.add(files.root(), state.path("index.db"));
  const auto now = worker.settled();
  CHECK(now.at("failed").to_number<int>() == 1);
  CHECK(now.at("indexed").to_number<int>() == 3);
  CHECK(finds(worker, "open_store", "src/store.py"));
  worker.kill();
  worker_process mended;
  mended.add(files.root(), state.path("index.db"));
  CHECK(mended.settled().at("failed").to_number<int>() == 1); // not tried: it is the same file
  files.write("src/bad.py", "def found_again():\n    pass\n");
  CHECK(finds(mended, "found_again", "src/bad.py"));
  CHECK(mended.settled().at("failed").to_number<int>() == 0);
}

TEST_CASE("kill -9 in the middle of a file does not blame the file") {
  tree files, state;
  two_files(files);
  for (int round = 0; round < 5; ++round) {
    worker_process worker;
    worker.send({{"id", 1},
                 {"do", "add"},
                 {"workspace", "w"},
                 {"root", files.root()},
                 {"db", state.path("index.db")}});
    worker.next_line();
    worker.kill();
  }
  worker_process worker;
  worker.add(files.root(), state.path("index.db"));
  CHECK(worker.settled().at("failed").to_number<int>() == 0);
}

TEST_CASE("unreadable, binary, invalid and huge files cost nothing but themselves") {
  indexed it([](const tree& files) {
    two_files(files);
    files.write("bad_utf8.py", "def umlaut_\xff\xfe():\n    return '\xc3'\n");
    files.write("image.bin", std::string("\0\x01\x02\0", 4));
    files.write("line.txt", std::string(50'000'000, 'a'));
    files.write("empty.py", "");
  });
  CHECK(it.worker.settled().at("failed").to_number<int>() == 0);
  CHECK(finds(it.worker, "open_store", "src/store.py"));
  const auto odd = it.worker.search("umlaut", {{"text", true}});
  CHECK(paths(odd).at(0) == "bad_utf8.py");
  CHECK_THAT(text(odd), Contains("\\ufffd") || Contains("\xEF\xBF\xBD"));
}

TEST_CASE("a full disk is said, answers go on, and indexing does, too, when there is room") {
  tree files, state;
  two_files(files);
  state.folder("disk");
  const auto small_disk = [&] {
    if (::unshare(CLONE_NEWNS | (::getuid() == 0 ? 0 : CLONE_NEWUSER)) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", state.path("disk").c_str(), "tmpfs", 0, "size=2m") != 0)
      ::_exit(9);
    std::ofstream(state.path("disk/ballast")) << std::string(1 << 20, 'x');
  };
  worker_process worker(small_disk);
  worker.add(files.root(), state.path("disk/index.db"));
  worker.settled();
  for (int i = 0; i < 400; ++i) {
    std::string code;
    for (int j = 0; j < 40; ++j)
      code += "def filler_" + std::to_string(i * 40 + j) + "(argument):\n    return argument\n";
    files.write("many/f" + std::to_string(i) + ".py", code);
  }
  const auto disk = "/proc/" + std::to_string(worker.pid()) + "/root" + state.path("disk");
  std::string problem;
  while (problem.empty()) {
    CHECK(finds(worker, "open_store", "src/store.py"));
    const auto now = worker.ok({{"do", "status"}, {"workspace", "w"}}).at("coverage").as_object();
    if (const auto* said = now.if_contains("problem")) problem = said->as_string();
    REQUIRE(now.at("indexed").to_number<int>() < 402);
  }
  CHECK_THAT(problem, Contains("no space left"));
  ::unlink((disk + "/ballast").c_str());
  // Room for the rest: the same disk, larger. In the worker's own mount namespace.
  CHECK(std::system(("nsenter -t " + std::to_string(worker.pid()) +
                     " -m mount -o remount,size=200m " + state.path("disk"))
                        .c_str()) == 0);
  CHECK(worker.settled().at("indexed").to_number<int>() == 402);
  CHECK(finds(worker, "filler_399", "many/f9.py"));
  CHECK_FALSE(worker.settled().contains("problem"));
}

TEST_CASE("progress is told, and the end of the input ends the worker") {
  tree files, state;
  for (int i = 0; i < 500; ++i)
    files.write("f" + std::to_string(i) + ".py", "def f(): pass\n");
  worker_process worker;
  worker.add(files.root(), state.path("index.db"));
  worker.settled();
  bool told = false;
  for (const auto& event : worker.events)
    told |= event.at("event").as_string() == "status" &&
            event.at("coverage").at("total").to_number<int>() == 500;
  CHECK(told);
  const int status = worker.end();
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a hint makes a written file known; a path out of the tree does nothing") {
  indexed it(two_files);
  it.files.write("src/hinted.py", "def hinted(): pass\n");
  it.worker.ok(
      {{"do", "changed"}, {"workspace", "w"}, {"paths", {"src/hinted.py", "../../etc/passwd"}}});
  CHECK(finds(it.worker, "hinted", "src/hinted.py"));
}

TEST_CASE("a file that is left out is not indexed because somebody asks for it") {
  indexed it([](const tree& files) {
    two_files(files);
    files.write(".env", "PASSWORD=hunter2\n");
    files.write(".gitignore", "*.log\n");
    files.write("noisy.log", "hunter2\n");
  });
  for (const auto* path : {".env", "noisy.log", "../etc/passwd"}) {
    const auto answer = it.worker.ok({{"do", "outline"}, {"workspace", "w"}, {"path", path}});
    CHECK(answer.at("symbols").as_array().empty());
    CHECK(answer.at("indexed").as_bool() == false);
  }
  const auto why = it.worker.ok({{"do", "outline"}, {"workspace", "w"}, {"path", "noisy.log"}});
  CHECK_THAT(text(why), Contains(".gitignore: *.log"));
  CHECK(paths(it.worker.search("hunter2 password")).empty());
}
