// acpctl's commands as a script sees them, against a daemon that answers from a table.
#include "protocol/envelope.h"
#include "tests/clients/cli/fake_daemon.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <sys/wait.h>

using namespace acpd::test;

namespace {

struct outcome {
  int code = -1;
  std::string out, err;
};

/// One command against one connection: answers each request from `results` (or `errors`) by method.
class table_daemon {
public:
  table_daemon() : daemon_(folder_.path() / "d.sock") {
    results["initialize"] = R"({"protocolVersion":1})";
    results["session/list"] =
        R"({"sessions":[{"sessionId":"abc-1","cwd":"/w","title":"T1","updatedAt":"2026-01-01T00:00:00Z",)"
        R"("_meta":{"acpd":{"agent":"runner","state":"running","head":2,"epoch":"e",)"
        R"("progress":{"done":45,"total":100,"unit":"files"}}}},)"
        R"({"sessionId":"abd-2","cwd":"/w","updatedAt":"2026-01-02T00:00:00Z","_meta":{"acpd":{"agent":"x"}}}]})";
  }

  outcome run(const std::string& words) {
    std::thread server([this] { serve(); });
    const std::string base = folder_.path().string();
    const std::string command = "ACPD_STATE_DIR=" + base + " ACPD_SOCKET=" + base +
                                "/d.sock " ACPCTL " " + words + " 2>" + base + "/err </dev/null";
    outcome o;
    FILE* pipe = ::popen(command.c_str(), "r");
    char bytes[4096];
    for (std::size_t n = 0; (n = std::fread(bytes, 1, sizeof bytes, pipe)) > 0;)
      o.out.append(bytes, n);
    const int status = ::pclose(pipe);
    o.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    server.join();
    if (FILE* err = std::fopen((base + "/err").c_str(), "r")) {
      o.err.assign(bytes, std::fread(bytes, 1, sizeof bytes, err));
      std::fclose(err);
    }
    return o;
  }

  /// Raw params of the last request of that method.
  std::string asked(const std::string& method) { return asked_[method]; }

  std::map<std::string, std::string> results, errors;
  std::string before_load; // lines that are written before session/load is answered

private:
  void serve() {
    try {
      daemon_.accept();
      while (answer(daemon_.next_line())) {
      }
    } catch (const std::runtime_error&) {
      daemon_.drop(); // the command has ended
    }
  }
  /// False when the daemon ends with it.
  bool answer(const std::string& line) {
    const auto parts = acpd::protocol::scan(line);
    if (!parts) return true;
    const std::string method(parts->method.in(line));
    asked_[method] = parts->params.in(line);
    if (!parts->id) return true;
    if (method == "session/load") daemon_.send_bytes(before_load);
    const bool fails = errors.contains(method);
    daemon_.send_bytes(
        R"({"jsonrpc":"2.0","id":)" + std::string(parts->id.in(line)) +
        (fails ? R"(,"error":)" + errors[method] : R"(,"result":)" + results[method]) + "}\n");
    if (method != "_acpd/stop") return true;
    daemon_.drop();
    return false;
  }

  temporary_folder folder_;
  fake_daemon daemon_;
  std::map<std::string, std::string> asked_;
};

} // namespace

TEST_CASE("ls: a table for people, ids for shells, the daemon's items for programs") {
  table_daemon d;
  const outcome table = d.run("ls");
  CHECK(table.code == 0);
  CHECK(table.out.find("abd-2") < table.out.find("abc-1")); // the newest first
  CHECK(table.out.find("45/100 files") != std::string::npos);
  CHECK(d.run("ls --quiet").out == "abd-2\nabc-1\n");
  CHECK(d.run("ls --json").out.starts_with(R"([{"sessionId":"abd-2","cwd":"/w",)"));
}

TEST_CASE("log gives a program the entries as the daemon gave them") {
  table_daemon d;
  d.results["_acpd/log"] =
      R"({"epoch":"e","head":2,"entries":[{"seq":1,"at":"x","kind":"update","turn":0,"frame":{"a":1.0}},)"
      R"({"seq":2,"at":"y","kind":"turn_ended","turn":1}]})";
  const outcome o = d.run("--json log abc");
  CHECK(o.code == 0);
  CHECK(o.out == R"({"seq":1,"at":"x","kind":"update","turn":0,"frame":{"a":1.0}})"
                 "\n"
                 R"({"seq":2,"at":"y","kind":"turn_ended","turn":1})"
                 "\n");
  CHECK(d.asked("_acpd/log").starts_with(R"({"sessionId":"abc-1","from":1)"));
}

TEST_CASE("exit codes say what went wrong") {
  table_daemon d;
  CHECK(d.run("cancel nosuch").code == 4);
  CHECK(d.run("cancel ab").code == 4); // more than one
  d.errors["_acpd/session/close"] = R"({"code":-32603,"message":"the disk is full: make room"})";
  const outcome o = d.run("close abc");
  CHECK(o.code == 1);
  CHECK(o.err == "acpctl: the disk is full: make room\n");
}

TEST_CASE("without a daemon: exit code 3 and what to do; a wrong command line: 2") {
  const auto code = [](const std::string& words) {
    const std::string command =
        "ACPD_STATE_DIR=/nonexistent " ACPCTL " " + words + " >/dev/null 2>&1";
    return WEXITSTATUS(std::system(command.c_str()));
  };
  CHECK(code("ls") == 3);
  CHECK(code("status") == 3);
  CHECK(code("stop") == 0); // it is as it was wanted
  CHECK(code("nosuch") == 2);
  CHECK(code("run") == 2);
  CHECK(code("rm") == 2); // nothing is deleted because nothing was named
  CHECK(code("permit --allow --reject") == 2);
  CHECK(code("--help") == 0);
}

TEST_CASE("permit lists, answers one, and does not guess among several") {
  table_daemon d;
  const std::string question =
      R"({"id":5,"sessionId":"abc-1","method":"session/request_permission","askedAt":"x","params":)"
      R"({"toolCall":{"title":"rm"},"options":[{"optionId":"y","name":"Yes","kind":"allow_once"}]}})";
  d.results["_acpd/pending/list"] = R"({"pending":[)" + question + "]}";
  d.results["_acpd/pending/answer"] = "{}";
  CHECK(d.run("permit --json").out == "[" + question + "]\n");
  CHECK(d.run("permit").out.find("1) Yes") != std::string::npos);
  CHECK(d.run("permit abc --allow").code == 0);
  CHECK(d.asked("_acpd/pending/answer") ==
        R"({"id":5,"result":{"outcome":{"outcome":"selected","optionId":"y"}}})");
  CHECK(d.run("permit --reject").code == 2); // no such choice
  d.results["_acpd/pending/list"] = R"({"pending":[)" + question + "," + question + "]}";
  CHECK(d.run("permit --allow").code == 2);
  CHECK(d.run("permit --allow --all").code == 0);
  CHECK(d.run("permit --allow --id 9").code == 4);
}

TEST_CASE("run shows the answer and ends with the turn; attach --wait ends when nothing is left") {
  table_daemon d;
  d.results["session/new"] = R"({"sessionId":"abc-1"})";
  d.results["session/prompt"] = R"({"stopReason":"end_turn"})";
  CHECK(d.run("run --agent codex do it").code == 0);
  CHECK(d.asked("session/new").find(R"("acpd/agent":"codex")") != std::string::npos);
  CHECK(d.asked("session/prompt").find(R"("text":"do it")") != std::string::npos);
  CHECK(d.asked("session/prompt").find(R"("acpd/key":"acpctl-)") != std::string::npos);
  d.results["session/prompt"] = R"({"stopReason":"cancelled"})";
  CHECK(d.run("run x").code == 130);
  d.results["session/prompt"] = R"({"stopReason":"max_tokens"})";
  CHECK(d.run("run x").code == 1);

  d.before_load =
      R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"abc-1","update":)"
      R"({"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"hi"}},"_meta":{"acpd/seq":2}}})"
      "\n";
  d.results["session/load"] = R"({"_meta":{"acpd/cursor":{"epoch":"e","seq":2}}})";
  d.results["_acpd/session/status"] = R"({"state":"idle","queued":0,"outcome":"end_turn"})";
  d.results["_acpd/log"] = R"({"epoch":"e","head":3,"entries":[{"seq":3,"kind":"turn_ended"}]})";
  const outcome o = d.run("attach abc --wait");
  CHECK(o.code == 0);
  CHECK(o.out == "hi\n");
  d.results["_acpd/session/status"] =
      R"({"state":"interrupted","queued":0,"outcome":"interrupted"})";
  CHECK(d.run("attach abc --wait").code == 1);
  CHECK(d.run("--json attach abc --wait").out.starts_with(d.before_load));
}

TEST_CASE("stop waits until the daemon has closed") {
  table_daemon d;
  d.results["_acpd/stop"] = "{}";
  const outcome o = d.run("stop --agents --json");
  CHECK(o.code == 0);
  CHECK(o.out == "{\"stopped\":true}\n");
  CHECK(d.asked("_acpd/stop") == R"({"agents":true})");
}

TEST_CASE("doctor names what is missing, and exits with 1") {
  const std::string command =
      "ACPD_STATE_DIR=/nonexistent/x ACPD_CONFIG=/dev/null " ACPCTL " doctor --json 2>&1; echo $?";
  FILE* pipe = ::popen(command.c_str(), "r");
  char bytes[65536];
  const std::string out(bytes, std::fread(bytes, 1, sizeof bytes, pipe));
  ::pclose(pipe);
  INFO(out);
  CHECK(acpd::protocol::member(out.substr(0, out.find('\n')), "ok").size() > 0);
  CHECK(out.find(R"("install":"npm i -g @zed-industries/codex-acp")") != std::string::npos);
  CHECK(out.find(R"("name":"state folder")") != std::string::npos);
}
