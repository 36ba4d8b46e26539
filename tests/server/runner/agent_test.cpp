// A runner process as a client sees it: the protocol, jobs that end, listings.
#include "tests/server/runner/harness.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

using namespace acpd::runner::testing;

namespace {

std::int64_t code_of(const reply& r) { return r.frame.at("error").at("code").as_int64(); }
std::string error_of(const reply& r) {
  return std::string(r.frame.at("error").at("message").as_string());
}

void shell(const std::string& command) { REQUIRE(std::system(command.c_str()) == 0); }

} // namespace

TEST_CASE("nothing is answered before initialize, and errors have ACP's codes") {
  scratch dir;
  runner_process runner(dir.path() + "/runner.db");
  CHECK(code_of(runner.call("session/new", {{"cwd", dir.path()}})) == -32600);
  CHECK(code_of(runner.call("initialize", {{"protocolVersion", "x"}})) == -32602);
  auto hello = runner.call("initialize", {{"protocolVersion", 2}}).frame;
  CHECK(hello.at("result").at("protocolVersion").as_int64() == 1);
  CHECK(code_of(runner.call("session/set_mode", {})) == -32601);
  CHECK(code_of(runner.call("_acpd/anything", {})) == -32601);
  CHECK(code_of(runner.call("session/new", {})) == -32602);
  CHECK(code_of(runner.call("session/new", {{"cwd", "relative"}})) == -32602);
  CHECK(
      error_of(runner.call("session/new", {{"cwd", dir.path() + "/none"}})).find("no directory") !=
      std::string::npos);
  auto unknown = runner.call("session/load", {{"sessionId", "x y"}, {"cwd", "/"}});
  CHECK(code_of(unknown) == -32002);
  CHECK(unknown.frame.at("error").at("data").at("sessionId").as_string() == "x y");
  CHECK(code_of(runner.call("session/prompt", {{"sessionId", "x"}})) == -32002);
  runner.send_raw("{nonsense");
  CHECK(runner.next().at("error").at("code").as_int64() == -32700);
  runner.send_raw("[]");
  CHECK(runner.next().at("error").at("code").as_int64() == -32600);
  CHECK(runner.finish() == 0);
}

TEST_CASE("commands are announced; plain text is answered with them") {
  scratch dir;
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  auto answer = runner.run(session, "fix my bug");
  CHECK(answer.stop_reason() == "end_turn");
  CHECK(answer.said().find("/each GLOB") != std::string::npos);
  auto announced = answer.kind("available_commands_update");
  REQUIRE(announced.size() == 1);
  CHECK(announced[0].at("availableCommands").as_array().size() == 5);
}

TEST_CASE("each runs the command once a file: one call for the job, one a failure") {
  scratch dir;
  dir.numbered_files(30);
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  auto job = runner.run(session, "/each *.c -- echo {} >> log; echo out of {}; "
                                 "case {} in f07*|f21*) exit 3;; esac");
  CHECK(job.stop_reason() == "end_turn");
  auto log = dir.lines("log");
  std::ranges::sort(log);
  CHECK(log.size() == 30);
  CHECK(std::ranges::adjacent_find(log) == log.end());

  auto calls = job.kind("tool_call");
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].at("status").as_string() == "in_progress");
  CHECK(calls[0].at("title").as_string() == "each: 0/30 files");
  for (std::size_t i : {1u, 2u}) {
    CHECK(calls[i].at("status").as_string() == "failed");
    auto text = calls[i].at("content").at(0).at("content").at("text").as_string();
    CHECK(text == "exit 3\nout of " + std::string(calls[i].at("title").as_string()) + "\n");
  }
  auto last = job.kind("tool_call_update").back();
  CHECK(last.at("toolCallId") == calls[0].at("toolCallId"));
  CHECK(last.at("status").as_string() == "failed");
  CHECK(last.at("title").as_string() == "each: 30/30 files");
  CHECK(job.kind("plan").back().at("entries").as_array().size() == 1);
  CHECK(job.said() == "30/30 files, 2 failed: f07.c, f21.c");
}

TEST_CASE("progress never goes back, and updates come at ten a second at most") {
  scratch dir;
  for (int i = 0; i < 600; ++i)
    dir.file("n/" + std::to_string(i) + ".c");
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  auto begin = std::chrono::steady_clock::now();
  auto job = runner.run(session, "/each n/*.c --jobs 4 -- :");
  auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::int64_t before = 0;
  for (const auto& params : job.updates) {
    auto* meta = params.if_contains("_meta");
    if (meta == nullptr) continue;
    auto done = meta->at("acpd/progress").at("done").as_int64();
    CHECK(meta->at("acpd/progress").at("total").as_int64() == 600);
    CHECK(meta->at("acpd/progress").at("unit").as_string() == "files");
    CHECK(done >= before);
    before = done;
  }
  CHECK(before == 600);
  CHECK(static_cast<double>(job.updates.size()) <= 10 * (seconds + 2));
}

TEST_CASE("a hundred failures are shown singly, then they are counted") {
  scratch dir;
  for (int i = 100; i < 210; ++i)
    dir.file(std::to_string(i) + ".c");
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  auto job = runner.run(session, "/each *.c -- false");
  CHECK(job.kind("tool_call").size() == 101);
  CHECK(job.said().find("110/110 files, 110 failed: 100.c,") == 0);
  auto text = std::string(
      job.kind("tool_call_update").back().at("content").at(0).at("content").at("text").as_string());
  CHECK(text.find("and 10 more, not shown singly") != std::string::npos);
}

TEST_CASE("of a failure's output the last 8 KiB are shown, whatever bytes they are") {
  scratch dir;
  dir.file("a.c");
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  auto job =
      runner.run(session, "/each a.c -- : {}; yes ööö | head -c 100000; printf '\\377\\000end'; "
                          "kill -SEGV $$");
  auto text = std::string(
      job.kind("tool_call").at(1).at("content").at(0).at("content").at("text").as_string());
  CHECK(text.starts_with("killed by signal 11"));
  CHECK(text.find("the last 8 KiB") != std::string::npos);
  CHECK(text.ends_with(std::string("\xEF\xBF\xBD") + '\0' + "end"));
  CHECK(text.size() < 9000);
}

TEST_CASE("in a git work tree ignored files are left out, but not when they are named") {
  scratch dir;
  for (auto* name : {"a.c", "build/b.c", "sub/c.c", "sub/.git-like.c"})
    dir.file(name);
  dir.file(".gitignore", "build/\n");
  shell("git init -q " + dir.path());
  dir.file(".git/d.c");
  runner_process runner(dir.path() + "/state/runner.db");
  auto session = runner.open(dir.path());
  runner.run(session, "/each **/*.c build/b.c --jobs 1 -- echo {} >> log");
  CHECK(dir.lines("log") ==
        std::vector<std::string>{"a.c", "build/b.c", "sub/.git-like.c", "sub/c.c"});
  auto none = runner.run(session, "/each build/*.c -- true");
  CHECK(none.said().find("nothing matches build/*.c") == 0);
  CHECK(none.said().find("git ignores") != std::string::npos);
  CHECK(none.kind("tool_call").empty());
}

TEST_CASE("without git's help every file but .git is looked at, and names of any bytes work") {
  scratch dir;
  for (auto* name : {"-f", "it's", "a b", "n\nl", "\xFF", ".git/HEAD", "d/e"})
    dir.file("t/" + std::string(name));
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path() + "/t");
  auto job = runner.run(session, "/each **/* -- test -f {} && ls {} >/dev/null");
  CHECK(job.said() == "git could not list this work tree: files that it ignores are not left "
                      "out\n\n6/6 files, none failed");
}

TEST_CASE("a suite's command is one item, its output is shown") {
  scratch dir;
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  auto job = runner.run(session, "/test echo 12 checks; true");
  CHECK(job.said() == "1/1 suites, none failed");
  auto text = job.kind("tool_call_update").back().at("content").at(0).at("content").at("text");
  CHECK(text.as_string() == "1/1 suites, none failed\n12 checks\n");
}

TEST_CASE("CTest is found by itself: one item a test") {
  scratch dir;
  dir.file("build/CTestTestfile.cmake", "add_test(good \"/bin/true\")\n"
                                        "add_test([=[bad (1+1)]=] \"/bin/false\")\n"
                                        "add_test(off \"/bin/false\")\n"
                                        "set_tests_properties(off PROPERTIES DISABLED ON)\n"
                                        "add_test(lonely \"/bin/true\")\n"
                                        "set_tests_properties(lonely PROPERTIES RUN_SERIAL ON)\n");
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  auto job = runner.run(session, "/test");
  CHECK(job.said() == "1 disabled, left out\n\n3/3 tests, 1 failed: bad (1+1)");
  scratch empty;
  auto other = runner.open(empty.path());
  CHECK(runner.run(other, "/test").said().find("no CTest tree") == 0);
}

TEST_CASE("prompts wait for each other; session/list and load know the sessions") {
  scratch dir;
  dir.numbered_files(2);
  runner_process runner(dir.path() + "/runner.db");
  auto session = runner.open(dir.path());
  auto first = runner.prompt(session, "/each *.c -- :");
  auto second = runner.prompt(session, "/status");
  CHECK(runner.wait(first).said() == "2/2 files, none failed");
  CHECK(runner.wait(second).said().find("2/2 files, done") != std::string::npos);

  auto list = runner.call("session/list", {{"cwd", dir.path()}}).frame.at("result");
  REQUIRE(list.at("sessions").as_array().size() == 1);
  CHECK(list.at("sessions").at(0).at("title").as_string() == "/each *.c -- :");
  CHECK(code_of(runner.call("session/list", {{"cursor", "x"}})) == -32602);

  auto loaded = runner.call("session/load", {{"sessionId", session}, {"cwd", dir.path()}});
  CHECK(loaded.said().find("2/2 files, done") != std::string::npos);
  auto resumed = runner.call("session/resume", {{"sessionId", session}, {"cwd", dir.path()}});
  CHECK(resumed.said().empty());
  CHECK(runner.call("session/close", {{"sessionId", session}}).frame.contains("result"));
  CHECK(code_of(runner.wait(runner.prompt(session, "/status"))) == -32002);
  CHECK(runner.call("session/delete", {{"sessionId", session}}).frame.contains("result"));
  CHECK(code_of(runner.call("session/delete", {{"sessionId", session}})) == -32002);
}

TEST_CASE("a database that cannot be used is said, with what to do") {
  scratch dir;
  dir.file("file");
  runner_process runner(dir.path() + "/file/runner.db");
  runner.call("initialize", {{"protocolVersion", 1}});
  auto refused = runner.call("session/new", {{"cwd", dir.path()}});
  CHECK(code_of(refused) == -32603);
  CHECK(error_of(refused).find("ACPD_RUNNER_STATE") != std::string::npos);

  dir.file("text.db", std::string(5000, 'x'));
  runner_process other(dir.path() + "/text.db");
  other.call("initialize", {{"protocolVersion", 1}});
  CHECK(error_of(other.call("session/new", {{"cwd", dir.path()}})).find("Move the file away") !=
        std::string::npos);
}
