#include "protocol/envelope.h"

#include "protocol/errors.h"
#include "tests/protocol/json_support.h"

#include <catch2/catch.hpp>

using namespace acpd;
using namespace acpd::protocol;
using test::at;

namespace {

/// What scan() says about a line that it refuses: code and text.
failure refusal(std::string_view line, const scan_limits& limits = {}) {
  const auto e = scan(line, limits);
  INFO(line);
  REQUIRE_FALSE(e.has_value());
  return e.error();
}

std::string with_id(std::string_view id) {
  return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"m"})";
}

std::string nested(std::size_t depth) {
  return R"({"jsonrpc":"2.0","method":"m","params":)" + std::string(depth, '[') +
         std::string(depth, ']') + "}";
}

} // namespace

TEST_CASE("scan finds the parts of a session update") {
  const std::string line =
      R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s1","_meta":{"a":1},)"
      R"("update":{"sessionUpdate":"agent_message_chunk","messageId":"m1","content":{"type":"text"}}}})";
  const auto e = scan(line);
  REQUIRE(e);
  CHECK(e->kind == shape::notification);
  CHECK(at(e->method, line) == "session/update");
  CHECK(at(e->session_id, line) == "\"s1\"");
  CHECK(at(e->params_meta, line) == "{\"a\":1}");
  CHECK(at(e->variant, line) == "agent_message_chunk");
  CHECK(at(e->message_id, line) == "\"m1\"");
  CHECK(at(e->update, line).starts_with("{\"sessionUpdate\""));
  CHECK(at(e->params, line).ends_with("\"text\"}}}"));
  CHECK_FALSE(e->id);
  CHECK_FALSE(e->result);
}

TEST_CASE("scan finds the parts of responses") {
  const std::string good =
      R"({"jsonrpc":"2.0","id":7,"result":{"stopReason":"end_turn","_meta":null}})";
  const auto e = scan(good);
  REQUIRE(e);
  CHECK(e->kind == shape::response);
  CHECK(at(e->id, good) == "7");
  CHECK(at(e->result_meta, good) == "null");
  const std::string bad = R"({"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"x"}})";
  const auto f = scan(bad);
  REQUIRE(f);
  CHECK(f->kind == shape::response);
  CHECK(at(f->id, bad) == "null");
  CHECK(at(f->error, bad) == R"({"code":-32603,"message":"x"})");
  const std::string null_result = R"({"jsonrpc":"2.0","id":1,"result":null})";
  CHECK(at(scan(null_result)->result, null_result) == "null");
}

TEST_CASE("scan takes ids that are strings, integers or null") {
  for (const std::string id : {"\"a\"", "\"\"", "0", "-1", "12345678901234567890", "null"}) {
    const std::string line = with_id(id);
    const auto e = scan(line);
    INFO(line);
    REQUIRE(e);
    CHECK(e->kind == shape::request);
    CHECK(at(e->id, line) == id);
  }
}

TEST_CASE("scan refuses ids of any other kind") {
  for (const std::string id : {"1.5", "1.0", "1e3", "{}", "[1]", "true"}) {
    const auto f = refusal(with_id(id));
    CHECK(f.code == invalid_request);
    CHECK(f.text == "id must be a string, an integer or null, at byte 22");
  }
}

TEST_CASE("scan refuses what is no JSON-RPC 2.0 message") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"([{"jsonrpc":"2.0","method":"m"}])", "batches"},
      {"[]", "batches"},
      {"7", "must be a JSON object"},
      {"{}", "\"jsonrpc\":\"2.0\" is missing"},
      {R"({"method":"m"})", "\"jsonrpc\":\"2.0\" is missing"},
      {R"({"jsonrpc":"1.0","method":"m"})", "jsonrpc must be"},
      {R"({"jsonrpc":2.0,"method":"m"})", "jsonrpc must be"},
      {R"({"jsonrpc":"2.0","method":7})", "method must be a string"},
      {R"({"jsonrpc":"2.0","id":1})", "needs a method, a result or an error"},
      {R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})", "not both"},
      {R"({"jsonrpc":"2.0","result":{}})", "needs an id"},
      {R"({"jsonrpc":"2.0","method":"m","params":"p"})", "params must be"},
      {R"({"jsonrpc":"2.0","method":"m","params":7})", "params must be"},
      {R"({"jsonrpc":"2.0","method":"m","params":{"_meta":5}})", "params._meta must be"},
  };
  for (const auto& [line, text] : cases) {
    const auto f = refusal(line);
    CHECK(f.code == invalid_request);
    CHECK_THAT(f.text, Catch::Contains(text));
  }
}

TEST_CASE("a broken line is a parse error whatever else is wrong with it") {
  for (const std::string line :
       {R"({"id":1.5,)", R"([1,2)", "", " ", "{\"jsonrpc\":\"1.0\"} x", "nul"}) {
    CHECK(refusal(line).code == parse_error);
  }
  CHECK(refusal(R"({"jsonrpc":"2.0" "id":1})").text ==
        "not JSON: expected ',' or '}' after a member, at byte 17");
}

TEST_CASE("scan refuses a newline inside a message: it would end the line for the next reader") {
  const auto f = refusal("{\"jsonrpc\":\"2.0\",\n\"method\":\"m\"}");
  CHECK(f.code == parse_error);
  CHECK_THAT(refusal("{\"jsonrpc\":\"2.0\",\"method\":\"m\"}\n").text, Catch::Contains("newline"));
}

TEST_CASE("params of other types are absent, and so is what would be in them") {
  for (const std::string params : {"null", "[1]"}) {
    const auto e = scan(R"({"jsonrpc":"2.0","method":"m","params":)" + params + "}");
    REQUIRE(e);
    CHECK_FALSE(e->params);
  }
  const auto e = scan(R"({"jsonrpc":"2.0","method":"m","params":{"sessionId":5,"update":[{}]}})");
  REQUIRE(e);
  CHECK(e->params);
  CHECK_FALSE(e->session_id);
  CHECK_FALSE(e->update);
}

TEST_CASE("the last of equal keys counts, and with it what is inside") {
  const std::string line =
      R"({"id":1,"jsonrpc":"1","method":"a","params":{"sessionId":"old","update":{"sessionUpdate":"x"}},)"
      R"("id":"b","jsonrpc":"2.0","method":"c","params":{"update":{"messageId":"m"},"update":{}}})";
  const auto e = scan(line);
  REQUIRE(e);
  CHECK(at(e->id, line) == "\"b\"");
  CHECK(at(e->method, line) == "c");
  CHECK_FALSE(e->session_id);
  CHECK(at(e->update, line) == "{}");
  CHECK_FALSE(e->variant);
  CHECK_FALSE(e->message_id);
}

TEST_CASE("keys and methods may be written with escapes") {
  const std::string line =
      R"({"jsonrpc":"2\u002e0","m\u0065thod":"session\/update","params":{"session\u0049d":"s"}})";
  const auto e = scan(line);
  REQUIRE(e);
  CHECK(same_text(e->method.in(line), "session/update"));
  CHECK(at(e->session_id, line) == "\"s\"");
}

TEST_CASE("the same names elsewhere in a message are not its parts") {
  const std::string line =
      R"({"jsonrpc":"2.0","method":"m","x":{"id":1,"sessionId":"x"},)"
      R"("params":{"y":{"sessionId":"y","_meta":{}},"update":{"content":{"messageId":"z"}}}})";
  const auto e = scan(line);
  REQUIRE(e);
  CHECK_FALSE(e->id);
  CHECK_FALSE(e->session_id);
  CHECK_FALSE(e->params_meta);
  CHECK_FALSE(e->message_id);
}

TEST_CASE("limits of depth and length are kept to the last level and byte") {
  CHECK(scan(nested(255)));
  const auto deep = refusal(nested(256));
  CHECK(deep.code == parse_error);
  CHECK_THAT(deep.text, Catch::Contains("nested too deep, at byte"));
  CHECK(scan(nested(3), {.max_depth = 4}));
  CHECK_FALSE(scan(nested(4), {.max_depth = 4}));
  CHECK_FALSE(scan(nested(100'000), {.max_depth = 1'000'000})); // the stack is safe, too
  const std::string line = with_id("1");
  CHECK(scan(line, {.max_bytes = line.size()}));
  CHECK(refusal(line, {.max_bytes = line.size() - 1}).text ==
        "the line has " + std::to_string(line.size()) + " bytes, more than the limit of " +
            std::to_string(line.size() - 1));
}

TEST_CASE("a session id that a splice cannot hold is refused") {
  const auto line = [](std::size_t n) {
    return R"({"jsonrpc":"2.0","method":"m","params":{"sessionId":")" + std::string(n, 's') +
           "\"}}";
  };
  CHECK(scan(line(max_session_id_bytes - 2)));
  CHECK(refusal(line(max_session_id_bytes - 1)).code == invalid_request);
}

TEST_CASE("every message of real agents is understood") {
  const auto lines = test::transcript_lines();
  REQUIRE(lines.size() > 100);
  for (const auto& line : lines) {
    INFO(line);
    const auto e = scan(line);
    REQUIRE(e);
    const auto message = test::parsed(line).as_object();
    CHECK(bool(e->method) == message.contains("method"));
    CHECK(bool(e->id) == message.contains("id"));
    if (e->variant)
      CHECK(at(e->variant, line) ==
            message.at("params").at("update").at("sessionUpdate").as_string());
  }
}
