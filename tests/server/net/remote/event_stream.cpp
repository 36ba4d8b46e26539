// A stream of events whose receiver may go and come back.
#include "server/net/remote/event_stream.h"

#include <catch2/catch.hpp>

using namespace acpd::remote;
using continued = event_stream::continued;

namespace {

/// Everything that waits, as "<id>=<data>" each.
std::vector<std::string> drain(event_stream& s) {
  std::vector<std::string> seen;
  while (!s.empty()) {
    std::string out;
    s.take(out);
    const std::size_t line = out.find('\n');
    seen.push_back(out.substr(4, line - 4) + "=" + out.substr(line + 7, out.size() - line - 7 - 2));
  }
  return seen;
}

using list = std::vector<std::string>;
event_position at(std::uint64_t seq, std::uint64_t after = 0) { return {"e", seq, after}; }

} // namespace

TEST_CASE("events carry their place: an update's own, and what comes after it") {
  event_stream s;
  s.push("a", at(4));
  s.push("answer");
  s.push("question");
  s.push("b", at(7));
  CHECK(s.bytes() == 1 + 6 + 8 + 1);
  CHECK(drain(s) == list{"e:4.0=a", "e:4.1=answer", "e:4.2=question", "e:7.0=b"});
  CHECK(s.bytes() == 0);
  CHECK(s.idle());
  CHECK_FALSE(s.untouched()); // a receiver that comes back may want the answer
}

TEST_CASE("a receiver that saw everything goes on") {
  event_stream s;
  s.push("a", at(4));
  drain(s);
  s.push("b", at(5));
  REQUIRE(s.resume(at(4)) == continued::from_here);
  CHECK(drain(s) == list{"e:5.0=b"});
}

TEST_CASE("answers that went to a dead receiver come again, updates come from the log") {
  event_stream s;
  s.push("u4", at(4));
  s.push("early");
  s.push("u6", at(6));
  s.push("late");
  drain(s);
  s.push("u8", at(8));
  s.push("waiting");

  SECTION("only an answer is missing") {
    REQUIRE(s.resume(at(6)) == continued::from_here);
    CHECK(drain(s) == list{"e:6.1=late", "e:8.0=u8", "e:8.1=waiting"});
    REQUIRE(s.resume(at(6)) == continued::from_log); // and again
  }
  SECTION("updates are missing, too") {
    REQUIRE(s.resume(at(4)) == continued::from_log);
    s.await_log(at(4));
    s.push("u9 on its way", at(9)); // still from before the tail
    s.push("answer");
    CHECK(s.empty());
    s.log_begins();
    for (std::uint64_t seq : {6, 8, 9})
      s.push("u" + std::to_string(seq), at(seq));
    s.log_ended();
    CHECK(drain(s) == list{"e:4.1=early", "e:6.0=u6", "e:6.1=late", "e:8.0=u8", "e:8.1=waiting",
                           "e:9.0=u9", "e:9.1=answer"});
  }
}

TEST_CASE("a receiver that was cut off before its first event comes back to the beginning") {
  event_stream s;
  CHECK(s.start() == "id: :0.0\n\n");
  s.push("loaded");
  s.push("u4", at(4));
  s.push("answer");
  s.push("u5", at(5));
  drain(s);
  REQUIRE(s.resume({"", 0, 0}) == continued::from_log);
  const event_position from = s.await_log({"", 0, 0});
  CHECK(from.text() == "e:4.0"); // who saw nothing names no epoch
  s.log_begins();
  s.push("u4", at(4));
  s.push("u5", at(5));
  s.log_ended();
  CHECK(drain(s) == list{":0.1=loaded", "e:4.0=u4", "e:4.1=answer", "e:5.0=u5"});
  CHECK(s.start() == "id: e:5.0\n\n");
}

TEST_CASE("of an entry that is several frames, none is missing and none comes twice") {
  event_stream s;
  s.push("u4", at(4));
  s.push("u4 again", at(4));
  s.push("u5", at(5));
  CHECK(drain(s) == list{"e:4.0=u4", "e:4.1=u4 again", "e:5.0=u5"});
  REQUIRE(s.resume(at(4)) == continued::from_log);
  CHECK(s.await_log(at(4)).text() == "e:5.0");
  s.log_begins();
  s.push("u5", at(5));
  s.log_ended();
  CHECK(drain(s) == list{"e:4.1=u4 again", "e:5.0=u5"});
}

TEST_CASE("where no update ever was, the log judges a place") {
  event_stream s;
  s.push("question");
  REQUIRE(s.resume(at(7, 2)) == continued::from_log);
  CHECK(s.await_log(at(7, 2)).text() == "e:8.0");
  SECTION("and goes on behind it") {
    s.log_begins();
    s.push("u8", at(8));
    s.log_ended();
    CHECK(drain(s) == list{"e:7.3=question", "e:8.0=u8"});
  }
  SECTION("or has none such, and nothing has changed") {
    s.log_refused();
    CHECK(s.start() == "id: :0.0\n\n");
    s.push("u3", at(3));
    CHECK(drain(s) == list{":0.1=question", "e:3.0=u3"});
  }
}

TEST_CASE("a place that is not this stream's is refused") {
  event_stream s;
  s.push("a", at(4));
  drain(s);
  CHECK(s.resume(at(5)) == continued::refused);
  CHECK(s.resume(at(4, 1)) == continued::refused);
  CHECK(s.resume({"other", 4, 0}) == continued::refused);
}

TEST_CASE("what is kept is bounded, and what was forgotten is not passed over in silence") {
  event_stream s;
  for (int i = 0; i < 3000; ++i) {
    s.push("x");
    drain(s);
  }
  CHECK(s.resume({"", 0, 1}) == continued::refused);
  REQUIRE(s.resume({"", 0, 2990}) == continued::from_here);
  CHECK(drain(s).size() == 10);
}
