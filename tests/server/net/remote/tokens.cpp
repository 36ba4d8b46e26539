#include "server/net/remote/tokens.h"

#include <catch2/catch.hpp>
#include <set>

using namespace acpd::remote;

TEST_CASE("tokens are long, all different, and known only by their hash") {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i)
    made.insert(make_token());
  CHECK(made.size() == 100);
  CHECK(made.begin()->size() == 5 + 64);
  // FIPS 180-4: SHA-256 of "abc"
  CHECK(hash_of("abc").substr(0, 4) == "\xba\x78\x16\xbf");
  CHECK(hash_of("abc").size() == 32);
}

TEST_CASE("the token presented is found among several, and no other") {
  const std::string one = make_token(), two = make_token();
  const std::vector<known_token> known{{1, "one", role::observer, hash_of(one)},
                                       {2, "two", role::controller, hash_of(two)},
                                       {3, "broken", role::controller, "short"}};
  REQUIRE(find_token(known, two) != nullptr);
  CHECK(find_token(known, two)->id == 2);
  CHECK(find_token(known, one)->id == 1);
  CHECK(find_token(known, one.substr(0, one.size() - 1)) == nullptr);
  CHECK(find_token(known, one + "0") == nullptr);
  CHECK(find_token(known, "") == nullptr);
  CHECK(find_token(known, hash_of(two)) == nullptr); // the hash itself opens nothing
  CHECK(find_token({}, one) == nullptr);
}

TEST_CASE("the token stands behind the scheme, in any case") {
  CHECK(bearer_token("Bearer abc") == "abc");
  CHECK(bearer_token("bEARER   abc") == "abc");
  for (const char* bad : {"", "Bearer", "Bearer ", "Basic abc", "Bearerabc", " Bearer abc", "abc"})
    CHECK_FALSE(bearer_token(bad).has_value());
}
