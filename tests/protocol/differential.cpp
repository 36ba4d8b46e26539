// scan() against Boost.JSON: they must agree on what is JSON, and on what a message says.
#include "protocol/errors.h"
#include "tests/protocol/json_support.h"

#include <catch2/catch.hpp>
#include <random>

using namespace acpd;
using namespace acpd::protocol;

namespace {

void check_text(const boost::json::object& in, const char* key, span ours, std::string_view line) {
  const auto* value = in.if_contains(key);
  if (value == nullptr || !value->is_string()) {
    CHECK_FALSE(ours);
    return;
  }
  REQUIRE(ours);
  CHECK(unquote('"' + std::string(ours.in(line)) + '"') == value->as_string());
}

void check_raw(const boost::json::object& in, const char* key, span ours, std::string_view line) {
  const auto* value = in.if_contains(key);
  REQUIRE(bool(ours) == (value != nullptr));
  if (value != nullptr) CHECK(test::parsed(ours.in(line)) == *value);
}

/// Compares each part of a message that both take.
void check_parts(const envelope& e, std::string_view line, const boost::json::object& message) {
  check_text(message, "method", e.method, line);
  check_raw(message, "id", e.id, line);
  check_raw(message, "result", e.result, line);
  check_raw(message, "error", e.error, line);
  const auto* params = message.if_contains("params");
  if (params == nullptr || !params->is_object()) {
    CHECK_FALSE(e.params);
    return;
  }
  CHECK(test::parsed(e.params.in(line)) == *params);
  const auto* update = params->as_object().if_contains("update");
  CHECK(bool(e.update) == (update != nullptr && update->is_object()));
  if (e.update) check_text(update->as_object(), "sessionUpdate", e.variant, line);
  const auto* session = params->as_object().if_contains("sessionId");
  CHECK(bool(e.session_id) == (session != nullptr && session->is_string()));
  if (e.session_id) CHECK(unquote(e.session_id.in(line)) == session->as_string());
}

/// True when the text is JSON, by both.
bool check(std::string_view text) {
  INFO(text);
  const auto ours = scan(text);
  const bool accepted = ours.has_value() || ours.error().code != parse_error;
  INFO((ours ? "" : ours.error().text));
  CHECK(accepted == test::is_json(text).value_or(accepted));
  boost::json::error_code ec;
  const auto theirs = boost::json::parse(text, ec);
  if (ours && !ec) check_parts(*ours, text, theirs.as_object());
  return accepted;
}

class mutator {
public:
  std::string operator()(std::string text) {
    for (auto n = pick(3) + 1; n != 0; --n)
      once(text);
    return text;
  }

  std::size_t pick(std::size_t below) { return below == 0 ? 0 : dice_() % below; }

private:
  char odd_byte() {
    constexpr std::string_view likely =
        "{}[]\",:\\u0019.-+eE \t\rtfn/\x7f\x80\xbf\xc3\xe2\xed\xf0\xff\x01";
    return likely[pick(likely.size())];
  }

  void once(std::string& text) {
    const std::size_t where = pick(text.size());
    const std::size_t size = 1 + pick(8);
    switch (pick(6)) {
    case 0: text.insert(where, 1, odd_byte()); return;
    case 1: text.erase(where, size); return;
    case 2: text.insert(where, text.substr(pick(text.size()), 3 * size)); return;
    case 3: text.resize(text.size() - pick(text.size() / 8 + 1)); return;
    default:
      if (!text.empty()) text[where] = odd_byte();
      return;
    }
  }

  std::mt19937 dice_{20261122}; // fixed: a failure must come again
};

} // namespace

TEST_CASE("scan and Boost.JSON agree about documents that are JSON") {
  for (const std::string text : {"{}",
                                 "[]",
                                 "null",
                                 "true",
                                 "false",
                                 "0",
                                 "-0",
                                 "1.5",
                                 "-1.5e+10",
                                 "1E5",
                                 "1e-5",
                                 "\"\"",
                                 " {} ",
                                 "\t[1, 2 ]\r",
                                 R"({"a":{"b":[1,{"c":null}]}})",
                                 R"("\"\\\/\b\f\n\r\t\u00e9")",
                                 R"("\ud83d\ude00")",
                                 R"("\ud800")",
                                 R"("\udc00\ud800x\uD834")",
                                 "\"\xc3\xa9\"",
                                 "\"\xf0\x9f\x98\x80\"",
                                 "\"\x7f\"",
                                 "\"0123456789abcdef\"",
                                 "\"0123456789abcde\"",
                                 R"({"":0,"":1})",
                                 "123456789012345678901234567890",
                                 R"([[[[[[]]]]]])",
                                 "\"\xef\xbf\xbf\"",
                                 "\"\xf4\x8f\xbf\xbf\""}) {
    CHECK(check(text));
  }
}

TEST_CASE("scan and Boost.JSON agree about documents that are not JSON") {
  for (const std::string text : {"",
                                 " ",
                                 "{",
                                 "}",
                                 "[",
                                 "]",
                                 "{]",
                                 "[}",
                                 "[1,]",
                                 "{\"a\":1,}",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{a:1}",
                                 "{'a':1}",
                                 "[1 2]",
                                 "01",
                                 "-",
                                 "+1",
                                 "1.",
                                 ".5",
                                 "1e",
                                 "1e+",
                                 "0x1",
                                 "NaN",
                                 "Infinity",
                                 "tru",
                                 "truex",
                                 "nulll",
                                 "\"",
                                 "\"a",
                                 "\"\\\"",
                                 "\"\\x\"",
                                 "\"\\u12\"",
                                 "\"\\u12g4\"",
                                 "\"\x01\"",
                                 "\"\t\"",
                                 "\"\x1f\"",
                                 "\"\x80\"",
                                 "\"\xc3\"",
                                 "\"\xc0\xaf\"",
                                 "\"\xe0\x80\x80\"",
                                 "\"\xf0\x80\x80\x80\"",
                                 "\"\xf0\x8f\xbf\xbf\"",
                                 "\"\xed\xa0\x80\"",
                                 "\"\xf4\x90\x80\x80\"",
                                 "\"\xf5\x80\x80\x80\"",
                                 "\"\xff\"",
                                 "\xef\xbb\xbf{}",
                                 "{} {}",
                                 "[1]]",
                                 "/* c */ 1",
                                 "{\"a\":1 \"b\":2}",
                                 "\"\xc3(\"",
                                 "\"\xe2\x82\"",
                                 "\"\xf0\x9f\x98\""}) {
    CHECK_FALSE(check(text));
  }
}

TEST_CASE("bytes of every value are judged alike at every place in a string") {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 40; ++place) {
      std::string text(40, 'x');
      text[place] = static_cast<char>(byte);
      check('"' + text + '"');
    }
  }
}

TEST_CASE("scan and Boost.JSON agree about mutated messages") {
  auto seeds = test::transcript_lines();
  std::erase_if(seeds, [](const std::string& line) { return line.size() > 700; });
  seeds.push_back(
      test::update_line(R"({"sessionUpdate":"x","a":[1,-2.5e3,true,"\ud83d\ude00 é\n"]})", "{}"));
  mutator mutate;
  int good = 0, bad = 0;
  for (int i = 0; i < 30'000; ++i) {
    const bool json = check(mutate(seeds[mutate.pick(seeds.size())]));
    ++(json ? good : bad);
  }
  CHECK(good > 1000);
  CHECK(bad > 1000);
}
