#include "server/net/entry_view.h"

#include "protocol/envelope.h"
#include "protocol/splice.h"
#include "server/core/types.h"

#include <catch2/catch.hpp>

using namespace acpd;
using namespace acpd::net;
using protocol::acp_version;
using protocol::member;
using store::entry_kind;

namespace {

constexpr auto line =
    R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"theirs","update":{"sessionUpdate":"x","n":1.0}}})";
constexpr auto ended = R"({"jsonrpc":"2.0","id":3,"result":{"stopReason":"end_turn"}})";

std::string update(std::string_view body) {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"theirs","update":)" +
         std::string(body) + "}}";
}

store::entry entry(std::uint64_t seq, entry_kind kind = entry_kind::update,
                   std::string_view bytes = line) {
  store::entry e;
  e.seq = seq;
  e.kind = kind;
  e.at_ms = 1'763'834'531'123;
  e.turn = 4;
  e.process = 1;
  e.bytes = bytes;
  if (auto found = protocol::scan(bytes)) e.splice = protocol::splice_of(*found, bytes).pack();
  return e;
}

/// One entry, shown by a view of its own: what it is, its lines and the response behind them.
struct shown {
  item what;
  std::vector<std::string> lines;
  std::string response;

  std::string_view update(std::size_t i = 0) const {
    return member(member(lines.at(i), "params"), "update");
  }
  std::string_view meta(std::size_t i = 0) const {
    return member(member(lines.at(i), "params"), "_meta");
  }
};

shown show(entry_view& view, const store::entry& e) {
  chunk c;
  view.append(c, e);
  shown out{c.items.at(0), {}, {}};
  std::string_view rest = c.bytes;
  for (std::size_t end; (end = rest.find('\n')) != std::string_view::npos;
       rest.remove_prefix(end + 1))
    out.lines.emplace_back(rest.substr(0, end));
  out.response = rest;
  return out;
}

shown show(acp_version version, const store::entry& e) {
  entry_view view(version, "\"S\"", "e0");
  return show(view, e);
}

} // namespace

TEST_CASE(
    "an entry of the editor's version: session id, number, epoch, time and turn, else as it was") {
  for (const acp_version version : {acp_version::v1, acp_version::v2}) {
    store::entry e = entry(7);
    e.version = static_cast<std::uint8_t>(version);
    CHECK(
        show(version, e).lines ==
        std::vector<std::string>{
            R"({"jsonrpc":"2.0","method":"session/update","params":{"_meta":{"acpd/seq":7,"acpd/epoch":"e0",)"
            R"("acpd/at":"2025-11-22T18:02:11.123Z","acpd/turn":4},"sessionId":"S","update":{"sessionUpdate":"x","n":1.0}}})"});
  }
}

TEST_CASE("v1: a turn's end is the agent's response, a start has none, a prompt knows its author") {
  CHECK(show(acp_version::v1, entry(1, entry_kind::turn_started, "")).what.kind == piece::silent);
  store::entry prompt = entry(2, entry_kind::user_message);
  prompt.process = 99;
  const shown asked = show(acp_version::v1, prompt);
  CHECK(asked.what.kind == piece::user_message);
  CHECK(asked.what.author == 99);
  const shown end = show(acp_version::v1, entry(3, entry_kind::turn_ended, ended));
  CHECK(end.lines.empty());
  CHECK(end.response == ended);
}

TEST_CASE("v2: a start answers the prompt, with the id under which everybody is shown it") {
  store::entry start = entry(1, entry_kind::turn_started, "");
  start.ref = 12;
  const shown started = show(acp_version::v2, start);
  CHECK(started.what.kind == piece::prompt_answered);
  CHECK(member(started.update(), "state") == R"("running")");
  CHECK(member(started.meta(), "acpd/seq") == "1");
  CHECK(member(started.response, "result") == R"({"messageId":"acpd-prompt-12"})");
  const std::string bytes =
      update(R"({"sessionUpdate":"user_message_chunk","content":{"type":"text","text":"a"}})");
  store::entry prompt = entry(2, entry_kind::user_message, bytes);
  prompt.ref = 12;
  const shown asked = show(acp_version::v2, prompt);
  CHECK(asked.what.kind == piece::plain);
  CHECK(member(asked.update(), "messageId") == R"("acpd-prompt-12")");
}

TEST_CASE("v2: an end is the idle state with its reason") {
  const shown end = show(acp_version::v2, entry(3, entry_kind::turn_ended, ended));
  CHECK(member(end.update(), "state") == R"("idle")");
  CHECK(member(end.update(), "stopReason") == R"("end_turn")");
  store::entry cancelled = entry(3, entry_kind::turn_ended, ended);
  cancelled.message_id = core::told_as_cancelled;
  CHECK(member(show(acp_version::v2, cancelled).update(), "stopReason") == R"("cancelled")");
  const shown failed = show(
      acp_version::v2,
      entry(
          3, entry_kind::turn_ended,
          R"({"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"m","data":{"acpd":{"outcome":"interrupted"}}}})"));
  CHECK(member(failed.update(), "stopReason") == R"("error")");
  CHECK(member(failed.update(), "error") ==
        R"({"code":-32603,"message":"m","data":{"acpd":{"outcome":"interrupted"}}})");
}

TEST_CASE("v2: a prompt that never began changes no state, and is answered by an error") {
  store::entry e = entry(3, entry_kind::turn_ended,
                         R"({"jsonrpc":"2.0","id":null,"result":{"stopReason":"cancelled"}})");
  e.process = 0;
  const shown cancelled = show(acp_version::v2, e);
  CHECK(cancelled.lines.empty());
  CHECK(member(member(cancelled.response, "error"), "code") == "-32800");
  e.bytes = R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"log in"}})";
  CHECK(member(show(acp_version::v2, e).response, "error") ==
        R"({"code":-32000,"message":"log in"})");
}

TEST_CASE("v2: a question blocks its turn, and none outside of a turn") {
  store::entry asked = entry(1, entry_kind::question_asked, "");
  CHECK(member(show(acp_version::v2, asked).update(), "state") == R"("requires_action")");
  CHECK(member(show(acp_version::v2, entry(2, entry_kind::question_settled, "")).update(),
               "state") == R"("running")");
  asked.turn = 0;
  CHECK(show(acp_version::v2, asked).lines.empty());
  CHECK(show(acp_version::v1, entry(1, entry_kind::question_asked, line)).lines.empty());
}

TEST_CASE("a v2 agent's own states are not said again") {
  for (const entry_kind kind : {entry_kind::turn_started, entry_kind::turn_ended,
                                entry_kind::question_asked, entry_kind::question_settled}) {
    store::entry e = entry(1, kind, kind == entry_kind::turn_ended ? ended : "");
    e.version = 2;
    CHECK(show(acp_version::v2, e).lines.empty());
  }
}

TEST_CASE("the number stands on the last frame of an entry only") {
  // For v1 editors, options with a mode among them are two updates.
  const std::string bytes = update(
      R"({"sessionUpdate":"config_option_update","configOptions":[{"configId":"m","name":"M","type":"select",)"
      R"("category":"mode","currentValue":"a","options":[{"value":"a","name":"A"}]}]})");
  store::entry e = entry(5, entry_kind::update, bytes);
  e.version = 2;
  const shown two = show(acp_version::v1, e);
  REQUIRE(two.lines.size() == 2);
  CHECK(member(two.update(0), "sessionUpdate") == R"("current_mode_update")");
  CHECK(two.meta(0).empty());
  CHECK(member(two.meta(1), "acpd/seq") == "5");
  CHECK(two.lines[0].find(R"("sessionId":"S")") != std::string::npos);
}

TEST_CASE("a view for v1 must know a v2 agent's turn so far, and then shows the same as one that "
          "was there") {
  const std::string first = update(
      R"({"sessionUpdate":"tool_call_update","toolCallId":"t","title":"Build","status":"in_progress"})");
  const std::string second =
      update(R"({"sessionUpdate":"tool_call_update","toolCallId":"t","status":"completed"})");
  store::entry one = entry(1, entry_kind::update, first),
               two = entry(2, entry_kind::update, second);
  one.version = two.version = 2;
  entry_view there(acp_version::v1, "\"S\"", "e0"), late(acp_version::v1, "\"S\"", "e0");
  CHECK(late.needs_past(two));
  CHECK(member(show(there, one).update(), "sessionUpdate") == R"("tool_call")");
  late.prime(one);
  CHECK(late.next() == 2);
  CHECK(show(there, two).lines == show(late, two).lines);
  CHECK_FALSE(entry_view(acp_version::v1, "\"S\"", "e0").needs_past(entry(2)));
  CHECK_FALSE(entry_view(acp_version::v2, "\"S\"", "e0").needs_past(two));
}

TEST_CASE("the log's own line: a question's request has no number, it is no update") {
  constexpr auto request =
      R"({"jsonrpc":"2.0","id":"q","method":"session/request_permission","params":{"sessionId":"theirs"}})";
  const std::string out = logged_line(entry(1, entry_kind::question_asked, request), "\"S\"", "e0");
  CHECK(out.find("acpd/") == std::string::npos);
  CHECK(out.find(R"("sessionId":"S")") != std::string::npos);
  CHECK(logged_line(entry(2), "\"S\"", "e0").ends_with("}"));
}

TEST_CASE(
    "v1: of a v2 agent's terminal texts in one chunk the last is shown, and each has its item") {
  entry_view view(acp_version::v1, R"("S")", "e");
  chunk c;
  std::vector<std::string> lines; // which the entries look at
  const auto add = [&](std::uint64_t seq, std::string_view body) {
    lines.push_back(update(body));
    store::entry e = entry(seq, entry_kind::update, lines.back());
    e.version = 2;
    view.append(c, e);
  };
  lines.reserve(8);
  const auto chunk_of = [](std::string_view data) {
    return R"({"sessionUpdate":"terminal_output_chunk","terminalId":"t","data":")" +
           std::string(data) + "\"}";
  };
  add(1,
      R"({"sessionUpdate":"tool_call_update","toolCallId":"c","title":"x","content":[{"type":"terminal","terminalId":"t"}]})");
  add(2, chunk_of("b25lCg=="));
  add(3, chunk_of("dHdvCg=="));
  add(4,
      R"({"sessionUpdate":"agent_message_chunk","messageId":"m","content":{"type":"text","text":"x"}})");
  add(5, chunk_of("dGhyZWUK"));
  REQUIRE(c.items.size() == 5);
  const auto text = [&](std::size_t i) {
    return std::string_view(c.bytes).substr(c.items[i].begin, c.items[i].end - c.items[i].begin);
  };
  CHECK(text(1).empty());
  CHECK(text(2).find("one\\ntwo") != std::string_view::npos);
  CHECK(text(2).find(R"("acpd/seq":3)") != std::string_view::npos);
  CHECK(text(4).find("three") != std::string_view::npos);
  for (std::size_t i = 1; i < c.items.size(); ++i)
    CHECK(c.items[i].begin == c.items[i - 1].end);
  CHECK(c.items.back().end == c.bytes.size());
}
