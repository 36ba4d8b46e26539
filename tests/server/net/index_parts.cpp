// What the index's side of the daemon decides without the worker: folders, hints, the agent's list.
#include "server/net/index_access.h"
#include "server/net/index_folders.h"
#include "server/net/index_hints.h"
#include "server/net/index_questions.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace acpd::net;
using strings = std::vector<std::string>;
namespace fs = std::filesystem;

TEST_CASE("a folder has one name") {
  CHECK(folder_name("/a/b/") == "/a/b");
  CHECK(folder_name("/a/./b/../c") == "/a/c");
  CHECK(folder_name("/") == "/");
  CHECK(folder_name("a/b").empty());
  CHECK(folder_name("").empty());
  CHECK(lies_in("/a/b", "/a"));
  CHECK(lies_in("/a", "/a"));
  CHECK(lies_in("/a", "/"));
  CHECK_FALSE(lies_in("/ab", "/a"));
  CHECK(folder_key("/a") != folder_key("/b"));
}

TEST_CASE("a session's folders: cwd first, none inside of another") {
  CHECK(folders_of("/w", "") == strings{"/w"});
  CHECK(folders_of("/w", R"(["/x","/w/sub","/x/y","/w"])") == strings{"/w", "/x"});
  CHECK(folders_of("/w/sub", R"(["/w"])") == strings{"/w/sub", "/w"});
}

TEST_CASE("what is known of folders outlives the daemon; what nobody wants is removed") {
  const fs::path dir = fs::temp_directory_path() / ("acpd-records-" + std::to_string(::getpid()));
  write_record(dir, {"/kept", true, true});
  write_record(dir, {"/used", false, false});
  write_record(dir, {"/old", false, false});
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(24 * 40);
  for (const auto* root : {"/kept", "/old"})
    fs::last_write_time(dir / folder_key(root) / "folder.json", long_ago);
  fs::create_directories(dir / "not-ours");
  std::ofstream(dir / "not-ours" / "folder.json") << R"({"root":"/x","kept":true})";
  auto found = read_records(dir);
  std::ranges::sort(found, {}, &index_record::root);
  REQUIRE(found.size() == 2);
  CHECK((found[0].root == "/kept" && found[0].kept && found[0].wide));
  CHECK((found[1].root == "/used" && !found[1].kept && !found[1].wide));
  CHECK_FALSE(fs::exists(dir / folder_key("/old")));
  CHECK(fs::exists(dir / "not-ours"));
  CHECK(remove_index(dir, "/used"));
  CHECK_FALSE(fs::exists(dir / folder_key("/used")));
  fs::remove_all(dir);
}

namespace {

strings heard(index_hints& hints, const std::string& update, std::int64_t session = 1) {
  const std::string line =
      R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":)" + update +
      "}}";
  const auto e = acpd::protocol::scan(line);
  REQUIRE(e);
  return hints.heard(session, line, *e);
}

} // namespace

TEST_CASE("files that a tool call has written are known when it ends") {
  index_hints hints;
  CHECK(heard(hints, R"({"sessionUpdate":"tool_call","toolCallId":"1","kind":"edit","status":)"
                     R"("pending","locations":[{"path":"/w/a"}],"content":[{"type":"diff",)"
                     R"("path":"/w/b","oldText":null,"newText":"x"}]})")
            .empty());
  CHECK(heard(hints, R"({"sessionUpdate":"tool_call_update","toolCallId":"1","status":)"
                     R"("completed"})") == strings{"/w/b", "/w/a"});
  CHECK(heard(hints, R"({"sessionUpdate":"tool_call_update","toolCallId":"1","status":)"
                     R"("completed"})")
            .empty());
}

TEST_CASE("a call that only reads names no written file; a diff counts whatever its kind") {
  index_hints hints;
  CHECK(heard(hints, R"({"sessionUpdate":"tool_call","toolCallId":"1","kind":"read","status":)"
                     R"("completed","locations":[{"path":"/w/a"}]})")
            .empty());
  CHECK(heard(hints, R"({"sessionUpdate":"tool_call","toolCallId":"2","kind":"think","status":)"
                     R"("failed","content":[{"type":"diff","path":"/w/c"}]})") == strings{"/w/c"});
  CHECK(heard(hints, R"({"sessionUpdate":"tool_call","toolCallId":"3","status":"completed",)"
                     R"("locations":[{"path":"relative"},{"path":7}]})")
            .empty());
  CHECK(heard(hints, R"({"sessionUpdate":"agent_message_chunk","toolCallId":"4"})").empty());
}

TEST_CASE("calls of two sessions with one id are two") {
  index_hints hints;
  const auto begin = [](const std::string& path) {
    return R"({"sessionUpdate":"tool_call","toolCallId":"1","kind":"edit","locations":[{"path":")" +
           path + R"("}]})";
  };
  const std::string end =
      R"({"sessionUpdate":"tool_call_update","toolCallId":"1","status":"completed"})";
  heard(hints, begin("/a"), 1);
  heard(hints, begin("/b"), 2);
  CHECK(heard(hints, end, 2) == strings{"/b"});
  hints.forget(1);
  CHECK(heard(hints, end, 1).empty());
}

TEST_CASE("acpd's own MCP server stands behind the others, under a name that is free") {
  const std::string own = R"("command":"/bin/acpd","args":["mcp"],"env":[{"name":"ACPD_MCP_TOKEN",)"
                          R"("value":"t"},{"name":"ACPD_SOCKET","value":"/s"}]})";
  CHECK(with_own_server("", "/bin/acpd", "/s", "t", false) == R"([{"name":"acpd",)" + own + "]");
  CHECK(with_own_server(R"([ {"name":"acpd","x":1.0} ])", "/bin/acpd", "/s", "t", false) ==
        R"([{"name":"acpd","x":1.0},{"name":"acpd-index",)" + own + "]");
  CHECK(with_own_server("[]", "/bin/acpd", "/s", "t", true) ==
        R"([{"type":"stdio","name":"acpd",)" + own + "]");
}

TEST_CASE("secrets are equal or not") {
  CHECK(same_secret("abc", "abc"));
  CHECK_FALSE(same_secret("abc", "abd"));
  CHECK_FALSE(same_secret("abc", "ab"));
  CHECK_FALSE(same_secret("", "a"));
}

TEST_CASE("a question has the members that the worker knows, and no others") {
  const auto* search = find_index_question("search");
  REQUIRE(search);
  CHECK(worker_members(*search, R"({"query":"q","workspace":"other","do":"remove","limit":3})") ==
        R"("do":"search","query":"q","limit":3)");
  for (const auto* name : {"add", "remove", "rebuild", "changed", "status", ""})
    CHECK(find_index_question(name) == nullptr);
}
