// What stays true when a runner is killed, cancelled or meets another one.
#include "tests/server/runner/harness.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <map>
#include <sqlite3.h>

using namespace acpd::runner::testing;

namespace {

std::map<std::string, int> counted(const std::vector<std::string>& lines) {
  std::map<std::string, int> out;
  for (const auto& line : lines)
    ++out[line];
  return out;
}

// One item, f20.c, stays until a file called gate exists.
constexpr const char* gated = "/each *.c --jobs 1 -- echo {} >> log; case {} in f20.c) "
                              "while ! test -e gate; do sleep 0.01; done;; esac";

bool reached(const scratch& dir, const std::string& name) {
  auto log = dir.lines("log");
  return std::ranges::find(log, name) != log.end();
}

// The names after "run again: " in what was said.
std::vector<std::string> run_again(const std::string& said) {
  std::vector<std::string> names;
  auto at = said.find("run again: ");
  if (at == std::string::npos) return names;
  auto text = said.substr(at + 11, said.find('\n', at) - at - 11);
  for (std::size_t begin = 0; begin < text.size();) {
    auto end = std::min(text.find(", ", begin), text.size());
    names.push_back(text.substr(begin, end - begin));
    begin = end + 2;
  }
  return names;
}

} // namespace

TEST_CASE("after kill -9 a job goes on at the item where it was; finished ones never run again") {
  scratch dir;
  dir.numbered_files(40);
  std::string session;
  {
    runner_process runner(dir.path() + "/runner.db");
    session = runner.open(dir.path());
    runner.prompt(session, gated);
    REQUIRE(eventually([&] { return reached(dir, "f20.c"); }));
    runner.kill();
  }
  dir.file("gate");
  runner_process runner(dir.path() + "/runner.db");
  runner.load(session, dir.path());
  auto rest = runner.run(session, "/continue");
  CHECK(rest.said() == "continuing at item 20 of 40; 19 had finished; run again: f20.c\n\n"
                       "40/40 files, none failed");
  CHECK(rest.kind("tool_call").front().at("title").as_string() == "each: 19/40 files");
  auto log = counted(dir.lines("log"));
  CHECK(log.size() == 40);
  for (auto& [name, times] : log)
    CHECK(times == (name == "f20.c" ? 2 : 1));
  CHECK(runner.run(session, "/continue").said().find("nothing to continue") == 0);
}

TEST_CASE("killed at any moment: what runs twice was reported as run again") {
  scratch dir;
  dir.numbered_files(90);
  auto database = dir.path() + "/runner.db";
  std::string session;
  std::map<std::string, int> reported;
  std::string text = "/each *.c --jobs 3 -- echo {} >> log";
  {
    runner_process runner(database);
    session = runner.open(dir.path());
    runner.prompt(session, text);
    REQUIRE(eventually([&] { return dir.lines("log").size() >= 5; }));
  }
  for (std::size_t killed = 1; killed <= 5; ++killed) {
    runner_process runner(database);
    runner.load(session, dir.path());
    auto id = runner.prompt(session, killed % 2 == 1 ? text : "/continue");
    std::string said;
    while (!said.starts_with("continuing")) {
      reply one;
      one.updates.push_back(runner.next().at("params").as_object());
      said = one.said();
    }
    for (auto& name : run_again(said))
      ++reported[name];
    if (killed == 5) {
      CHECK(runner.wait(id).stop_reason() == "end_turn");
      break;
    }
    auto goal = 5 + killed * 13;
    REQUIRE(eventually([&] { return dir.lines("log").size() >= goal; }));
  }
  auto log = counted(dir.lines("log"));
  CHECK(log.size() == 90);
  for (auto& [name, times] : log) {
    INFO(name);
    CHECK(times <= 1 + reported[name]);
  }
}

TEST_CASE("failures that a killed runner had not yet shown are shown by the next one") {
  scratch dir;
  dir.numbered_files(40);
  std::string session;
  {
    runner_process runner(dir.path() + "/runner.db");
    session = runner.open(dir.path());
    // More failures at once than ten updates a second can show before it is killed.
    runner.prompt(session, std::string(gated) + "; false");
    REQUIRE(eventually([&] { return reached(dir, "f20.c"); }));
  }
  dir.file("gate");
  runner_process runner(dir.path() + "/runner.db");
  runner.load(session, dir.path());
  auto rest = runner.run(session, "/continue");
  auto calls = rest.kind("tool_call");
  bool last_of_first_run = std::ranges::any_of(
      calls, [](auto& call) { return call.at("title").as_string() == "f19.c"; });
  CHECK(last_of_first_run);
  CHECK(rest.said().find("40/40 files, 40 failed") != std::string::npos);
}

TEST_CASE("the same command continues, --fresh starts over") {
  scratch dir;
  dir.numbered_files(25);
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  auto id = runner.prompt(session, gated);
  REQUIRE(eventually([&] { return reached(dir, "f20.c"); }));
  runner.cancel(session);
  auto cut = runner.wait(id);
  CHECK(cut.stop_reason() == "cancelled");
  CHECK(cut.said() == "cancelled at 19/25 files, none failed; /continue goes on");
  CHECK(cut.kind("tool_call_update").back().at("status").as_string() == "failed");
  dir.file("gate");
  CHECK(runner.run(session, gated).said().find("continuing at item 20 of 25") == 0);

  runner.cancel(session); // for a turn that has ended: nothing happens
  std::string other = "/each *.c -- test ! -e stop";
  dir.file("stop");
  runner.run(session, other);
  auto fresh = runner.run(session, "/each *.c --fresh -- test ! -e stop");
  CHECK(fresh.said().find("25/25 files, 25 failed") == 0);
}

TEST_CASE("cancel kills everything at once, also what left its group") {
  scratch dir;
  dir.file("a.c");
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  auto id = runner.prompt(session, "/each a.c -- : {}; sleep 1000 & echo $! >> pids; "
                                   "setsid sh -c 'echo $$ >> pids; exec sleep 1000' & "
                                   "echo $$ >> pids; wait");
  auto queued = runner.prompt(session, "/status");
  REQUIRE(eventually([&] { return dir.lines("pids").size() == 3; }));
  runner.cancel(session);
  CHECK(runner.wait(queued).stop_reason() == "cancelled");
  CHECK(runner.wait(id).stop_reason() == "cancelled");
  for (auto& pid : dir.lines("pids"))
    CHECK(eventually([&] { return is_dead(std::stoi(pid)); }));
}

TEST_CASE("$/cancel_request ends the prompt that it names") {
  scratch dir;
  dir.file("a.c");
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  auto id = runner.prompt(session, "/each a.c -- echo {} > started; sleep 1000");
  REQUIRE(eventually([&] { return !dir.lines("started").empty(); }));
  runner.notify("$/cancel_request", {{"requestId", id}});
  CHECK(runner.wait(id).stop_reason() == "cancelled");
}

TEST_CASE("when stdin ends the children end, too") {
  scratch dir;
  dir.file("a.c");
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  runner.prompt(session, "/each a.c -- : {}; echo $$ > pid; sleep 1000");
  REQUIRE(eventually([&] { return !dir.lines("pid").empty(); }));
  CHECK(runner.finish() == 0);
  CHECK(is_dead(std::stoi(dir.lines("pid").front())));
}

TEST_CASE("what a killed runner left running ends before its item is run again") {
  scratch dir;
  dir.file("a.c");
  std::string session;
  {
    runner_process runner(dir.path() + "/runner.db");
    session = runner.open(dir.path());
    runner.prompt(session, "/each a.c -- : {}; test -e pid && exit 0; "
                           "setsid sh -c 'echo $$ > pid; exec sleep 1000' & wait");
    REQUIRE(eventually([&] { return !dir.lines("pid").empty(); }));
  }
  auto pid = std::stoi(dir.lines("pid").front());
  CHECK_FALSE(is_dead(pid)); // it left the group and dies with nobody
  runner_process runner(dir.path() + "/runner.db");
  runner.load(session, dir.path());
  CHECK(runner.run(session, "/continue").said().find("1/1 files, none failed") !=
        std::string::npos);
  CHECK(eventually([&] { return is_dead(pid); }));
}

TEST_CASE("a job that another living process runs is not run twice") {
  scratch dir;
  dir.numbered_files(25);
  runner_process first(dir.path() + "/runner.db");
  auto session = first.open(dir.path());
  first.prompt(session, gated);
  REQUIRE(eventually([&] { return reached(dir, "f20.c"); }));
  runner_process second(dir.path() + "/runner.db");
  second.load(session, dir.path());
  CHECK(second.run(session, "/continue").said().find("another process") != std::string::npos);
  first.kill();
  dir.file("gate");
  CHECK(second.run(session, "/continue").said().find("25/25") != std::string::npos);
}

TEST_CASE("a database of a newer version is left alone") {
  scratch dir;
  auto path = dir.path() + "/runner.db";
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "PRAGMA user_version=99", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  runner_process runner(path);
  runner.call("initialize", {{"protocolVersion", 1}});
  auto refused = runner.call("session/new", {{"cwd", dir.path()}}).frame;
  CHECK(refused.at("error").at("message").as_string().find("newer version") != json::string::npos);
}
