#include "protocol/base64.h"

#include <catch2/catch.hpp>

using namespace acpd::protocol;

TEST_CASE("base64 there and back (RFC 4648, section 10)") {
  for (const auto& [bytes, text] : std::initializer_list<std::pair<std::string, std::string>>{
           {"", ""},
           {"f", "Zg=="},
           {"fo", "Zm8="},
           {"foo", "Zm9v"},
           {"foobar", "Zm9vYmFy"},
           {std::string("\0\xff\x80", 3), "AP+A"}}) {
    std::string out;
    append_base64(out, bytes);
    CHECK(out == text);
    CHECK(from_base64(text) == bytes);
  }
}

TEST_CASE("what is no base64 is nothing") {
  for (const char* text : {"A", "AB", "ABC", "A===", "A=AA", "AB D", "=ABC", "AAAA\n"})
    CHECK_FALSE(from_base64(text));
}
