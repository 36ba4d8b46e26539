// What the front reads and writes of messages.
#include "server/net/remote/message.h"

#include "server/net/remote/web_socket.h"

#include <catch2/catch.hpp>

using namespace acpd;
using namespace acpd::remote;

namespace {

std::string one_line(std::string text) {
  to_one_line(text);
  return text;
}

} // namespace

TEST_CASE("a message on several lines becomes one; what is no JSON does not become JSON") {
  CHECK(one_line("{\n  \"a\": 1,\r\n  \"b\": \"x\\ny\"\n}") == R"({   "a": 1,    "b": "x\ny" })");
  CHECK(one_line(R"({"a":"\"","b":1})") == R"({"a":"\"","b":1})");
  const std::string broken = one_line("{\"a\":\"x\ny\"}");
  CHECK(broken.find('\n') == std::string::npos);
  CHECK(look_at(broken).kind == payload_kind::no_json);
}

TEST_CASE("payloads are told apart") {
  CHECK(look_at("").kind == payload_kind::no_json);
  CHECK(look_at("{").kind == payload_kind::no_json);
  CHECK(look_at("[]").kind == payload_kind::batch);
  CHECK(look_at(R"( [{"jsonrpc":"2.0"}])").kind == payload_kind::batch);
  for (const char* scalar : {"1", "\"x\"", "null", "true"})
    CHECK(look_at(scalar).kind == payload_kind::scalar);
  CHECK(look_at("{}").kind == payload_kind::object);
  CHECK_FALSE(look_at("{}").message.has_value());
  const std::string init = R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})";
  CHECK(is_initialize(look_at(init), init));
  const std::string notified = R"({"jsonrpc":"2.0","method":"initialize","params":{}})";
  CHECK_FALSE(is_initialize(look_at(notified), notified));
}

TEST_CASE("an event's id is its place, and only a place is one") {
  const auto at = event_position::parse("0123456789abcdef:41.7");
  REQUIRE(at.has_value());
  CHECK(at->epoch == "0123456789abcdef");
  CHECK(at->seq == 41);
  CHECK(at->after == 7);
  CHECK(at->text() == "0123456789abcdef:41.7");
  for (const char* bad : {"", "e:1", "e.1:2", "e:x.1", "e:1.x", "e:1.", "e:.1", "e:-1.0",
                          "e:99999999999999999999.0", "e:1.0 "})
    CHECK_FALSE(event_position::parse(bad).has_value());
}

TEST_CASE("an update with a number gets its cursor, beside what is there") {
  const std::string line =
      R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"n":1.0},"_meta":{"x":1,"acpd/seq":9,"acpd/epoch":"abcd"}}})";
  const auto e = protocol::scan(line);
  const auto at = position_of(line, *e);
  REQUIRE(at.has_value());
  CHECK(at->seq == 9);
  CHECK(
      with_cursor(line, *e, *at) ==
      R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"n":1.0},"_meta":{"x":1,"acpd/seq":9,"acpd/epoch":"abcd","acp/cursor":"abcd:9"}}})");
  const std::string without =
      R"({"jsonrpc":"2.0","method":"session/update","params":{"_meta":{}}})";
  CHECK_FALSE(position_of(without, *protocol::scan(without)).has_value());
}

TEST_CASE("frames have the length that RFC 6455 gives them") {
  const auto head = [](std::size_t n) {
    std::string out;
    append_ws_frame(out, 1, {std::string(n / 2, 'x'), std::string(n - n / 2, 'x')});
    CHECK(out.ends_with(std::string(n, 'x')));
    return out.substr(0, out.size() - n);
  };
  CHECK(head(0) == std::string("\x81\x00", 2));
  CHECK(head(125) == "\x81\x7d");
  CHECK(head(126) == std::string("\x81\x7e\x00\x7e", 4));
  CHECK(head(65535) == "\x81\x7e\xff\xff");
  CHECK(head(65536) == std::string("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
}
