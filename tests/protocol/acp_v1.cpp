#include "protocol/acp_v1.h"

#include "tests/protocol/json_support.h"

#include <catch2/catch.hpp>

namespace v1 = acpd::protocol::v1;
using acpd::protocol::scan;
using acpd::protocol::shape;

namespace {

/// Each builder gives one line that scan() takes for `kind`, and which is `expected`.
template <class F>
void check(F build, shape kind, const std::string& expected) {
  std::string out = "before";
  build(out);
  CHECK(out == "before" + expected);
  const auto e = scan(expected);
  REQUIRE(e);
  CHECK(e->kind == kind);
}

} // namespace

TEST_CASE("v1 builders write whole messages") {
  check([](std::string& o) { v1::request(o, "7", "session/new", R"({"cwd":"/"})"); },
        shape::request, R"({"jsonrpc":"2.0","id":7,"method":"session/new","params":{"cwd":"/"}})");
  check([](std::string& o) { v1::request(o, "\"a\"", "_x", ""); }, shape::request,
        R"({"jsonrpc":"2.0","id":"a","method":"_x"})");
  check([](std::string& o) { v1::notification(o, "session/cancel", R"({"sessionId":"s"})"); },
        shape::notification,
        R"({"jsonrpc":"2.0","method":"session/cancel","params":{"sessionId":"s"}})");
  check([](std::string& o) { v1::result_response(o, "null", "{}"); }, shape::response,
        R"({"jsonrpc":"2.0","id":null,"result":{}})");
  check([](std::string& o) { v1::error_response(o, "1", -32602, "bad \"cwd\""); }, shape::response,
        R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"bad \"cwd\""}})");
  check([](std::string& o) { v1::error_response(o, "", -32700, "x", "[1]"); }, shape::response,
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x","data":[1]}})");
  check([](std::string& o) { v1::cancel_request(o, "\"acpd-1-x\""); }, shape::notification,
        R"({"jsonrpc":"2.0","method":"$/cancel_request","params":{"requestId":"acpd-1-x"}})");
}

TEST_CASE("v1 builders write updates and permission answers") {
  check([](std::string& o) { v1::user_message_chunk(o, "\"s\"", R"({"type":"image","data":""})"); },
        shape::notification,
        R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":)"
        R"({"sessionUpdate":"user_message_chunk","content":{"type":"image","data":""}}}})");
  check([](std::string& o) { v1::agent_message_chunk(o, "\"s\"", "a\nb"); }, shape::notification,
        R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":)"
        R"({"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"a\nb"}}}})");
  check([](std::string& o) { v1::permission_cancelled(o, "3"); }, shape::response,
        R"({"jsonrpc":"2.0","id":3,"result":{"outcome":{"outcome":"cancelled"}}})");
  check(
      [](std::string& o) { v1::permission_selected(o, "3", "\"allow\""); }, shape::response,
      R"({"jsonrpc":"2.0","id":3,"result":{"outcome":{"outcome":"selected","optionId":"allow"}}})");
}
