#include "protocol/splice.h"

#include "tests/protocol/json_support.h"

#include <catch2/catch.hpp>

using namespace acpd;
using namespace acpd::protocol;
using boost::json::object;

namespace {

constexpr std::string_view session = R"("ours")";
constexpr std::string_view meta = R"("acpd/seq":7,"acpd/epoch":"e")";

splice spliced(std::string_view line) {
  const auto e = scan(line);
  INFO(line);
  REQUIRE(e);
  return splice_of(*e, line);
}

std::string rendered(std::string_view line, std::string_view s = session,
                     std::string_view m = meta) {
  std::string out;
  render(out, line, spliced(line), s, m);
  return out;
}

/// The value that a rendered line must have: as before, but for params.sessionId and params._meta.
boost::json::value expected(std::string_view line) {
  auto value = test::parsed(line);
  auto* params = value.as_object().if_contains("params");
  if (params == nullptr || !params->is_object()) return value;
  object& members = params->as_object();
  if (auto* id = members.if_contains("sessionId"); id != nullptr && id->is_string()) *id = "ours";
  if (!members["_meta"].is_object()) members["_meta"] = object();
  members["_meta"].as_object()["acpd/seq"] = 7;
  members["_meta"].as_object()["acpd/epoch"] = "e";
  return value;
}

std::string notification(std::string_view params) {
  return R"({"jsonrpc":"2.0","method":"session/update","params":)" + std::string(params) + "}";
}

} // namespace

TEST_CASE("render puts members into params._meta, whatever is there") {
  const std::vector<std::pair<std::string, meta_mode>> cases = {
      {R"({"sessionId":"s","update":{}})", meta_mode::into_params},
      {R"({ "a":1 })", meta_mode::into_params},
      {"{}", meta_mode::into_empty_params},
      {"{ \t }", meta_mode::into_empty_params},
      {R"({"sessionId":"s","_meta":{"x":[1]}})", meta_mode::into_meta},
      {R"({"_meta":{"x":1 },"sessionId":"s"})", meta_mode::into_meta},
      {R"({"_meta":{},"sessionId":"s"})", meta_mode::into_empty_meta},
      {R"({"sessionId":"s","_meta":{ }})", meta_mode::into_empty_meta},
      {R"({"sessionId":"s","_meta":null})", meta_mode::in_place_of_null},
      {R"({"_meta":null,"sessionId":"s"})", meta_mode::in_place_of_null},
      {R"({"_meta":{"x":1},"_meta":null})", meta_mode::in_place_of_null},
  };
  for (const auto& [params, mode] : cases) {
    const std::string line = notification(params);
    INFO(line);
    CHECK(spliced(line).mode == mode);
    CHECK(test::parsed(rendered(line)) == expected(line));
  }
}

TEST_CASE("render leaves every other byte as it was") {
  const std::string line =
      R"({ "jsonrpc":"2.0","method":"m","params":{"sessionId":"s","n":1.0,"n":12345678901234567890123}})";
  CHECK(rendered(line) ==
        R"({ "jsonrpc":"2.0","method":"m","params":{"_meta":{"acpd/seq":7,"acpd/epoch":"e"},)"
        R"("sessionId":"ours","n":1.0,"n":12345678901234567890123}})");
}

TEST_CASE("our own members count when a peer wrote them, too") {
  const std::string line = notification(R"({"_meta":{"acpd/seq":999}})");
  CHECK(test::parsed(rendered(line)) == expected(line));
}

TEST_CASE("an empty session id or meta leaves that part as it is") {
  const std::string line = notification(R"({"_meta":null,"sessionId":"s"})");
  CHECK(rendered(line, {}, {}) == line);
  CHECK(rendered(line, session, {}) == notification(R"({"_meta":null,"sessionId":"ours"})"));
  CHECK(rendered(line, {}, R"("a":1)") == notification(R"({"_meta":{"a":1},"sessionId":"s"})"));
}

TEST_CASE("a line without params has nothing to splice") {
  const std::string line = R"({"jsonrpc":"2.0","id":1,"result":{"_meta":{}}})";
  CHECK(spliced(line) == splice{});
  CHECK(rendered(line) == line);
}

TEST_CASE("every message of real agents renders to the same message with our parts") {
  for (const auto& line : test::transcript_lines()) {
    INFO(line);
    CHECK(test::parsed(rendered(line)) == expected(line));
  }
}

TEST_CASE("a splice survives packing") {
  for (const auto& line : test::transcript_lines()) {
    const splice s = spliced(line);
    CHECK(splice::unpack(s.pack()) == s);
  }
  constexpr std::uint32_t most = (1U << 25) - 1;
  for (const auto mode : {meta_mode::into_params, meta_mode::in_place_of_null}) {
    const splice extreme{most, 2047, most, mode};
    CHECK(splice::unpack(extreme.pack()) == extreme);
  }
  CHECK(splice{}.pack() == 0);
}

TEST_CASE("apply replaces and inserts in the order of the line") {
  std::string out = "> ";
  apply(out, "0123456789",
        {{{8, 2}, "end"}, {{1, 2}, ""}, {{5, 0}, "new"}, {{0, 0}, "never"}, {{8, 0}, "-"}});
  CHECK(out == "> 034new567-end");
}

TEST_CASE("without_own_meta removes what is ours and nothing else") {
  const auto stripped = [](std::string_view params) {
    const std::string line = notification(params);
    const auto e = scan(line);
    REQUIRE(e);
    return without_own_meta(line, *e);
  };
  CHECK(stripped(R"({"a":1,"_meta":{"acpd/key":"k","x":1.0,"acpd/agent":"y"},"b":2})") ==
        notification(R"({"a":1,"_meta":{"x":1.0},"b":2})"));
  CHECK(stripped(R"({"a":1,"_meta":{"acpd/key":"k"},"b":2.0})") ==
        notification(R"({"a":1,"b":2.0})"));
  CHECK(stripped(R"({"_meta":{"acpd/key":"k"}})") == notification("{}"));
  CHECK(stripped(R"({"_meta":{"acpd\/key":"k"}})") == notification("{}"));
  CHECK(stripped(R"({"_meta":{"acpd":1,"acpdx/y":2}})") ==
        notification(R"({"_meta":{"acpd":1,"acpdx/y":2}})"));
  CHECK(stripped(R"({ "_meta" : { "x":1 } })") == notification(R"({ "_meta" : { "x":1 } })"));
  CHECK(stripped(R"({"_meta":null})") == notification(R"({"_meta":null})"));
  CHECK(stripped("{}") == notification("{}"));
  CHECK(stripped(R"({"u":{"_meta":{"acpd/key":1}}})") ==
        notification(R"({"u":{"_meta":{"acpd/key":1}}})"));
}
