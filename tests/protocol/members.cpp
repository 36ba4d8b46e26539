#include "tests/protocol/json_support.h"

#include <catch2/catch.hpp>

using namespace acpd::protocol;

TEST_CASE("member gives the raw value of a top-level member, the last of equal keys") {
  const std::string_view object = R"( { "a" : 1.0 , "b":{"a":2},"c":"x\"y", "a":[1, 2] } )";
  CHECK(member(object, "a") == "[1, 2]");
  CHECK(member(object, "b") == R"({"a":2})");
  CHECK(member(object, "c") == R"("x\"y")");
  CHECK(member(object, "d").empty());
  CHECK(member(R"({"\u0061":1})", "a") == "1");
}

TEST_CASE("member of what is no object is empty") {
  for (const std::string_view text : {"", "null", "[1]", "\"a\"", "{", "{\"a\"", "{\"a\":", "{}"}) {
    CHECK(member(text, "a").empty());
  }
}

TEST_CASE("for_each_member goes in order and leaves values as they were written") {
  std::string seen;
  for_each_member(R"({"x":1.0, "y\n":"\u00e9","":null})",
                  [&](std::string_view key, std::string_view value) {
                    (((seen += key) += '=') += value) += ';';
                  });
  CHECK(seen == R"(x=1.0;y\n="\u00e9";=null;)");
}

TEST_CASE("for_each_element goes in order") {
  std::string seen;
  for_each_element(R"([1, {"a":[2]},"b" , null])",
                   [&](std::string_view value) { (seen += value) += ';'; });
  CHECK(seen == R"(1;{"a":[2]};"b";null;)");
  for_each_element("[]", [](std::string_view) { FAIL("an empty array has no elements"); });
  for_each_element("{}", [](std::string_view) { FAIL("an object has no elements"); });
}

TEST_CASE("unquote gives the text of a JSON string") {
  CHECK(unquote(R"("plain")") == "plain");
  CHECK(unquote(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac")") ==
        "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac");
  CHECK(unquote(R"("\ud83d\ude00!")") == "\xf0\x9f\x98\x80!");
  CHECK(unquote(R"("\ud83dx\ude00")") == "\xef\xbf\xbdx\xef\xbf\xbd");
  CHECK(unquote("7").empty());
  CHECK(unquote("").empty());
  CHECK(unquote("\"").empty());
}

TEST_CASE("quoted gives a JSON string that means the same, and mends what is not UTF-8") {
  std::string every;
  for (char c = 0; c != 127; ++c)
    every += c;
  every += "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 and some more plain text";
  CHECK(acpd::test::parsed(acpd::protocol::quoted(every)).as_string() == every);
  CHECK(unquote(acpd::protocol::quoted(every)) == every);
  CHECK(acpd::protocol::quoted("a\xff\xc3") == "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(acpd::protocol::quoted("a\"b\x01\n") == R"("a\"b\u0001\n")");
}

TEST_CASE("same_text compares what a string says, not how it is written") {
  CHECK(same_text("session/update", "session/update"));
  CHECK(same_text(R"(session\/update)", "session/update"));
  CHECK_FALSE(same_text("session/updat", "session/update"));
  CHECK_FALSE(same_text(R"(session\\update)", "session/update"));
}
