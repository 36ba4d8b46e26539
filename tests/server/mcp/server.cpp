// `acpd mcp` without I/O: what the agent and the daemon say, and what each is told.
#include "server/mcp/server.h"

#include "protocol/json_view.h"

#include <catch2/catch.hpp>

using namespace acpd::mcp;
using acpd::protocol::json_view;
using Catch::Matchers::Contains;

namespace {

using time_point = server::time_point;

std::vector<std::string> lines(std::string& out) {
  std::vector<std::string> all;
  std::size_t at = 0;
  for (auto end = out.find('\n'); end != out.npos; end = out.find('\n', at = end + 1))
    all.push_back(out.substr(at, end - at));
  out.clear();
  return all;
}

/// A server whose agent has said hello, and whose daemon has opened two folders.
struct opened {
  server s;
  time_point now{};

  opened() { open(R"(["/a","/b"])"); }
  void open(const std::string& roots) {
    s.daemon_line(R"({"jsonrpc":"2.0","method":"_acpd/index/opened","params":{"roots":)" + roots +
                  "}}");
  }
  void call(const std::string& tool, const std::string& arguments, int id = 1) {
    s.client_line(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
                      R"(,"method":"tools/call","params":{"name":")" + tool + R"(","arguments":)" +
                      arguments + "}}",
                  now);
  }
  /// Answers the daemon's n-th line of `asked`.
  void answer(const std::string& asked, const std::string& result) {
    s.daemon_line(R"({"jsonrpc":"2.0","id":)" + std::string(json_view{asked}["id"].raw) +
                  R"(,"result":)" + result + "}");
  }
  std::string text() {
    const auto all = lines(s.to_client);
    REQUIRE(all.size() == 1);
    const json_view result = json_view{all[0]}["result"];
    std::string out;
    result["content"].each([&](json_view block) { out += block["text"].text(); });
    return out + (result["isError"].raw == "true" ? " (error)" : "");
  }
};

const std::string complete =
    R"("coverage":{"indexed":3,"pending":0,"total":3,"complete":true,"partial":false})";

} // namespace

TEST_CASE("the handshake: a known revision is kept, for another one ours is offered") {
  server s;
  const auto revision = [&](const std::string& asked) {
    s.client_line(
        R"({"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":")" + asked +
            R"("}})",
        {});
    const auto all = lines(s.to_client);
    return json_view{all.at(0)}["result"]["protocolVersion"].text();
  };
  CHECK(revision("2025-06-18") == "2025-06-18");
  CHECK(revision("1999-01-01") == "2025-11-25");
  s.client_line(R"({"jsonrpc":"2.0","id":7,"method":"ping"})", {});
  CHECK(lines(s.to_client) == std::vector<std::string>{R"({"jsonrpc":"2.0","id":7,"result":{}})"});
  s.client_line(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", {});
  CHECK(s.to_client.empty());
}

TEST_CASE("what is no request is said under its id, or none") {
  server s;
  s.client_line("nonsense", {});
  s.client_line(R"({"jsonrpc":"2.0","id":1,"method":"resources/list"})", {});
  s.client_line(R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"rm"}})", {});
  const auto all = lines(s.to_client);
  CHECK_THAT(all.at(0), Contains(R"("id":null)") && Contains("-32700"));
  CHECK_THAT(all.at(1), Contains("-32601"));
  CHECK_THAT(all.at(2), Contains("-32602") && Contains("there is no tool \\\"rm\\\""));
}

TEST_CASE("a search is asked of each folder and answered once, best first, others' paths whole") {
  opened it;
  it.call("code_search", R"({"query":"x","lang":"go","limit":2})");
  const auto asked = lines(it.s.to_daemon);
  REQUIRE(asked.size() == 2);
  CHECK_THAT(asked[0],
             Contains(R"("method":"_acpd/index/search","params":{"root":"/a","query":"x")") &&
                 Contains(R"("language":"go","limit":2)") && Contains(R"("text":true)"));
  CHECK_THAT(asked[1], Contains(R"("root":"/b")"));
  it.answer(asked[1], R"({"hits":[{"path":"n.go","start_line":1,"end_line":2,"kind":"type",)"
                      R"("name":"N","qname":"p.N","score":2.5,"text":"type N\n","stale":true}],)" +
                          complete + "}");
  CHECK(it.s.to_client.empty());
  it.answer(asked[0], R"({"hits":[{"path":"m.go","start_line":3,"end_line":9,"kind":"function",)"
                      R"("name":"m","qname":"","score":1.0E0,"text":"func m\n","stale":false}],)" +
                          complete + "}");
  CHECK(it.text() == "/b/n.go:1-2  type p.N  [STALE: changed on disk since it was indexed]\n"
                     "type N\n\nm.go:3-9  function m\nfunc m\n\n");
}

TEST_CASE("a use that is a call is told once, and whom uses may mean besides") {
  opened it;
  it.open(R"(["/a"])");
  it.call("symbol", R"({"name":"W.flush"})");
  const std::string call = R"({"path":"m.go","line":3,"kind":"call","within":"main"})";
  const std::string type = R"({"path":"m.go","line":9,"kind":"type","within":"main"})";
  it.answer(lines(it.s.to_daemon).at(0), R"({"definitions":[],"callers":[)" + call +
                                             R"(],"references":[)" + call + "," + type +
                                             R"(],"named_alike":2,)" + complete + "}");
  CHECK(it.text() == "callers:\n  m.go:3  call in main\nother references:\n  m.go:9  type in main\n"
                     "\n(uses are found by name: 2 other definitions have this one's, and some of "
                     "these may mean them)\n");
}

TEST_CASE("nothing found and not indexed yet are different answers") {
  opened it;
  it.open(R"(["/a"])");
  it.call("code_search", R"({"query":"x"})");
  it.answer(lines(it.s.to_daemon).at(0),
            R"({"hits":[],"note":"nothing found in 3 indexed files",)" + complete + "}");
  CHECK(it.text() == "nothing found in 3 indexed files\n");
  it.call("code_search", R"({"query":"x"})");
  it.answer(lines(it.s.to_daemon).at(0),
            R"({"hits":[],"note":"not indexed yet","coverage":{"indexed":1,"pending":8,)"
            R"("total":9,"complete":false,"partial":true,"reason":"no watches left"}})");
  const auto text = it.text();
  CHECK_THAT(text, Contains("not indexed yet") && Contains("not complete yet: 1 of 9 files") &&
                       Contains("no watches left"));
}

TEST_CASE("a text that is too long is cut between hits, and that is said") {
  opened it;
  it.open(R"(["/a"])");
  it.call("code_search", R"({"query":"x","max_tokens":100})");
  std::string hits;
  for (int i = 0; i < 9; ++i)
    hits += std::string(i ? "," : "") +
            R"({"path":"f","start_line":1,"end_line":2,"kind":"type",)" +
            R"("name":"N","score":1,"stale":false,"text":")" + std::string(90, 'x') + R"("})";
  it.answer(lines(it.s.to_daemon).at(0), R"({"hits":[)" + hits + "]," + complete + "}");
  const auto text = it.text();
  CHECK(text.size() < 600);
  CHECK_THAT(text, Contains("(6 more left out for lack of room"));
}

TEST_CASE("paths: of the folder that they lie in; of no folder of the session's: refused here") {
  opened it;
  it.call("outline", R"({"path":"/b/x/y.c"})");
  CHECK_THAT(lines(it.s.to_daemon).at(0), Contains(R"("root":"/b","path":"x/y.c")"));
  it.call("related", R"({"path":"./y.c"})");
  CHECK_THAT(lines(it.s.to_daemon).at(0), Contains(R"("root":"/a","path":"y.c")"));
  it.call("outline", R"({"path":"/etc/passwd"})");
  CHECK(it.s.to_daemon.empty());
  CHECK_THAT(it.text(), Contains("none of this session's folders") && Contains("(error)"));
  for (const auto& [tool, arguments] : {std::pair{"code_search", "{}"},
                                        {"symbol", R"({"name":7})"},
                                        {"related", "{}"},
                                        {"code_search", R"({"query":"x","limit":0})"}}) {
    it.call(tool, arguments);
    CHECK(it.s.to_daemon.empty());
    CHECK_THAT(it.text(), Contains("(error)"));
  }
}

TEST_CASE("calls wait for the daemon, and are asked again of the next one") {
  opened it;
  it.s.daemon_lost();
  CHECK_FALSE(it.s.needs_daemon());
  it.call("index_status", "{}");
  CHECK(it.s.needs_daemon());
  CHECK(it.s.to_daemon.empty());
  it.open(R"(["/a"])");
  const auto first = lines(it.s.to_daemon);
  REQUIRE(first.size() == 1);
  it.s.daemon_lost();
  it.open(R"(["/a"])");
  const auto second = lines(it.s.to_daemon);
  REQUIRE(second.size() == 1);
  it.answer(first[0], R"({"root":"/a","chunks":1,)" + complete + "}");
  CHECK(it.s.to_client.empty()); // an answer of a daemon that is gone
  it.answer(second[0], R"({"root":"/a","chunks":7,)" + complete + "}");
  CHECK(it.text() == "/a: 3 files indexed, 0 waiting, 7 pieces of code; complete\n");
}

TEST_CASE("a daemon that stays away: the call is answered when its time is over") {
  opened it;
  it.s.daemon_lost();
  it.call("index_status", "{}");
  it.s.expire(it.now + server::patience - std::chrono::seconds(1), "no daemon is running there");
  CHECK(it.s.to_client.empty());
  it.s.expire(it.now + server::patience, "no daemon is running there");
  CHECK_THAT(it.text(), Contains("no daemon is running there") && Contains("(error)"));
  CHECK_FALSE(it.s.needs_daemon());
}

TEST_CASE("a refusal answers what waits, and a cancelled call is not answered") {
  opened it;
  it.call("index_status", "{}", 1);
  it.call("index_status", "{}", 2);
  it.s.client_line(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}})", it.now);
  it.s.daemon_line(
      R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"refused: no"}})");
  CHECK(it.text() == "refused: no (error)");
}

TEST_CASE("one folder's error does not hide the other's answer") {
  opened it;
  it.call("code_search", R"({"query":"x"})");
  const auto asked = lines(it.s.to_daemon);
  it.answer(asked.at(0), R"({"hits":[],)" + complete + "}");
  it.s.daemon_line(R"({"jsonrpc":"2.0","id":)" + std::string(json_view{asked.at(1)}["id"].raw) +
                   R"(,"error":{"code":-32603,"message":"too wide"}})");
  CHECK(it.text() == "/b: no answer: too wide\n");
}
