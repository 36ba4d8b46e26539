#include "server/net/edge.h"

#include <catch2/catch.hpp>

using namespace acpd::net;

namespace {

std::string notice(const std::string& members) {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"_meta":{"acpd/seq":7},"sessionId":"S","update":{"sessionUpdate":"notice",)" +
         members + "}}}";
}

} // namespace

TEST_CASE("a warning becomes a message with the same number; information is left out") {
  const std::string shown = notice_as_message(
      notice(R"("severity":"warning","title":"Low \"credits\"","description":"10 %")"));
  CHECK(
      shown ==
      R"({"jsonrpc":"2.0","method":"session/update","params":{"_meta":{"acpd/seq":7},"sessionId":"S","update":)"
      R"({"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"\n\n**Warning:** Low \"credits\"\n\n10 %\n\n"}}}})");
  CHECK(notice_as_message(notice(R"("severity":"error","title":"x")")).find("**Error:** x") !=
        std::string::npos);
  CHECK(notice_as_message(notice(R"("severity":"info","title":"x")")).empty());
  CHECK(notice_as_message(notice(R"("title":"x")")).empty());
}

TEST_CASE("a question about a request of acpd's is asked in the session") {
  const std::string asked =
      R"({"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"message":"m","requestId":5,"n":1.0}})";
  CHECK(
      in_session_scope(asked, "\"S\"") ==
      R"({"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"sessionId":"S","message":"m","n":1.0}})");
  const std::string scoped =
      R"({"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"sessionId":"A","requestId":5}})";
  CHECK(in_session_scope(scoped, "\"S\"") == scoped);
}
