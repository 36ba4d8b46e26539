#include "clients/cli/bridge/memory.h"
#include "server/wire/bridge_frames.h"

#include <catch2/catch.hpp>

using acpd::bridge::memory;
using acpd::wire::bridge_frame;
using acpd::wire::frame_header;

namespace {

memory new_memory() { return memory({"uuid-1", "0.1.0", "codex", "", R"({"PATH":"/bin"})"}); }

std::string_view give(memory& m, bridge_frame type, std::string_view payload = {},
                      std::uint64_t number = 0, std::uint16_t slot = 0, std::uint64_t seq = 0) {
  frame_header h;
  h.type = static_cast<std::uint8_t>(type);
  h.number = number;
  h.slot = slot;
  h.seq = seq;
  return m.accept(h, payload);
}

/// Numbers of the lines that would be sent on a new link.
std::vector<std::uint64_t> unsettled(const memory& m) {
  std::vector<std::uint64_t> numbers;
  std::uint64_t n = 0;
  while (m.next_line(n) != nullptr)
    numbers.push_back(n);
  return numbers;
}

bool says(const memory& m, std::string_view part) {
  INFO(m.hello());
  return m.hello().find(part) != std::string::npos;
}

constexpr auto initialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":1}})";
constexpr auto prompt =
    R"({"jsonrpc":"2.0","id":7,"method":"session/prompt","params":{"sessionId":"s1","prompt":[]}})";
constexpr auto cancel =
    R"({"jsonrpc":"2.0","method":"session/cancel","params":{"sessionId":"s1"}})";
constexpr auto ask =
    R"({"jsonrpc":"2.0","id":"acpd-12-9f","method":"session/request_permission","params":{"sessionId":"s1"}})"
    "\n";
constexpr auto withdraw =
    R"({"jsonrpc":"2.0","method":"$/cancel_request","params":{"requestId":"acpd-12-9f"}})"
    "\n";
constexpr auto permission_answer =
    R"({"jsonrpc":"2.0","id":"acpd-12-9f","result":{"outcome":{"outcome":"cancelled"}}})";

} // namespace

TEST_CASE("a notification is settled by its ack, a request only by its answer") {
  memory m = new_memory();
  CHECK(m.keep(prompt) == 1);
  CHECK(m.keep(cancel) == 2);
  CHECK_FALSE(m.all_acked());
  give(m, bridge_frame::ack, {}, 1);
  give(m, bridge_frame::ack, {}, 2);
  CHECK(m.all_acked());
  CHECK(m.unacked_bytes() == 0);
  CHECK(unsettled(m) == std::vector<std::uint64_t>{1});
  CHECK(m.has_open_request());
  CHECK(give(m, bridge_frame::answer, "{}\n", 1) == "{}\n");
  CHECK(unsettled(m).empty());
  CHECK_FALSE(m.has_open_request());
  CHECK(m.kept_bytes() == 0);
}

TEST_CASE(
    "an editor asks for the link in its capabilities, of either version, and only with true") {
  const auto wants = [](std::string_view params, std::string_view answer = R"("result":{})") {
    memory m = new_memory();
    m.keep(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":)" + std::string(params) +
           "}");
    CHECK_FALSE(m.wants_link()); // nobody is told anything before the answer
    give(m, bridge_frame::answer, R"({"jsonrpc":"2.0","id":0,)" + std::string(answer) + "}\n", 1);
    return m.wants_link();
  };
  CHECK(wants(R"({"protocolVersion":1,"clientCapabilities":{"_meta":{"acpd":{"link":true}}}})"));
  CHECK(wants(R"({"protocolVersion":2,"capabilities":{"_meta":{"acpd":{"link":true}}}})"));
  CHECK_FALSE(wants(R"({"clientCapabilities":{"_meta":{"acpd":{"link":false}}}})"));
  CHECK_FALSE(wants(R"({"clientCapabilities":{"_meta":{"acpd":{"link":1}}}})"));
  CHECK_FALSE(wants(R"({"clientCapabilities":{"_meta":{"acpd":true}}})"));
  CHECK_FALSE(wants(R"({"clientCapabilities":"x"})"));
  CHECK_FALSE(wants(R"({"protocolVersion":1})"));
  CHECK_FALSE(wants(R"({"clientCapabilities":{"_meta":{"acpd":{"link":true}}}})",
                    R"("error":{"code":-32602,"message":""})"));
}

TEST_CASE("a second answer to a request is swallowed, and still moves the cursor") {
  memory m = new_memory();
  m.keep(prompt);
  give(m, bridge_frame::slot, R"({"sessionId":"s1","epoch":"e"})", 0, 1, 4);
  CHECK(give(m, bridge_frame::answer, "one\n", 1, 1, 5) == "one\n");
  CHECK(give(m, bridge_frame::answer, "two\n", 1, 1, 6).empty());
  CHECK(says(m, R"("sessions":[{"sessionId":"s1","epoch":"e","seq":6}])"));
}

TEST_CASE("a line that is no JSON is sent and settled by its ack") {
  memory m = new_memory();
  m.keep("no json");
  CHECK(unsettled(m) == std::vector<std::uint64_t>{1});
  give(m, bridge_frame::ack, {}, 1);
  CHECK(unsettled(m).empty());
}

TEST_CASE("initialize is in hello once the editor has its answer, unless that is an error") {
  memory m = new_memory();
  m.keep(initialize);
  CHECK_FALSE(says(m, "\"initialize\""));
  give(m, bridge_frame::answer,
       R"({"jsonrpc":"2.0","id":0,"error":{"code":-32602,"message":"x"}})"
       "\n",
       1);
  CHECK_FALSE(says(m, "\"initialize\""));
  m.keep(initialize);
  give(m, bridge_frame::answer,
       R"({"jsonrpc":"2.0","id":0,"result":{}})"
       "\n",
       2);
  CHECK(says(m, R"("initialize":"{\"jsonrpc\":\"2.0\",\"id\":0,)"));
}

TEST_CASE("hello says who the bridge is") {
  const memory m = new_memory();
  CHECK(
      m.hello() ==
      R"({"protocol":1,"bridge":"uuid-1","version":"0.1.0","agent":"codex","env":{"PATH":"/bin"},)"
      R"("sessions":[],"shown":[],"replays":[]})");
}

TEST_CASE("the cursor is the seq of the last frame that has one") {
  memory m = new_memory();
  give(m, bridge_frame::slot, R"({"sessionId":"s1","epoch":"e"})", 0, 3, 10);
  CHECK(give(m, bridge_frame::data, "a\n", 0, 3, 11) == "a\n");
  give(m, bridge_frame::data, "b\n", 0, 3, 0); // synthesised: no cursor
  give(m, bridge_frame::data, "c\n", 0, 0, 99);
  CHECK(says(m, R"("seq":11})"));
  m.forget_slots();
  give(m, bridge_frame::data, "d\n", 0, 3, 12); // the old link's slot
  CHECK(says(m, R"("seq":11})"));
}

TEST_CASE("a slot that is opened again takes the daemon's cursor; a closed one is forgotten") {
  memory m = new_memory();
  give(m, bridge_frame::slot, R"({"sessionId":"s1","epoch":"old"})", 0, 1, 10);
  m.forget_slots();
  give(m, bridge_frame::slot, R"({"sessionId":"s1","epoch":"new"})", 0, 2, 4);
  CHECK(says(m, R"("sessions":[{"sessionId":"s1","epoch":"new","seq":4}])"));
  give(m, bridge_frame::unslot, {}, 0, 2);
  CHECK(says(m, R"("sessions":[])"));
  give(m, bridge_frame::data, "late\n", 0, 2, 9);
  CHECK(says(m, R"("sessions":[])"));
}

TEST_CASE("a question is shown until its answer is acked") {
  memory m = new_memory();
  CHECK(give(m, bridge_frame::ask, ask) == ask);
  CHECK(says(m, R"("shown":["acpd-12-9f"])"));
  const auto n = m.keep(permission_answer);
  CHECK(says(m, R"("shown":["acpd-12-9f"])"));
  give(m, bridge_frame::ack, {}, n);
  CHECK(says(m, R"("shown":[])"));
}

TEST_CASE("a withdrawn question is shown no longer") {
  memory m = new_memory();
  give(m, bridge_frame::ask, ask);
  CHECK(give(m, bridge_frame::withdraw, withdraw) == withdraw);
  CHECK(says(m, R"("shown":[])"));
}

TEST_CASE("what the editor has answered is not withdrawn from it") {
  memory m = new_memory();
  give(m, bridge_frame::ask, ask);
  m.keep(permission_answer);
  CHECK(give(m, bridge_frame::withdraw, withdraw).empty());
}

TEST_CASE("the progress of a replay is remembered for the open load, and moves no cursor") {
  memory m = new_memory();
  m.keep(R"({"jsonrpc":"2.0","id":1,"method":"session/load","params":{"sessionId":"other"}})");
  m.keep(R"({"jsonrpc":"2.0","id":2,"method":"session/load","params":{"sessionId":"s1"}})");
  give(m, bridge_frame::slot, R"({"sessionId":"s1","epoch":"e"})", 0, 1, 0);
  CHECK(give(m, bridge_frame::replay, "r\n", 40, 1, 812) == "r\n");
  CHECK(says(m, R"("replays":[{"n":2,"epoch":"e","head":812,"index":40}])"));
  CHECK(says(m, R"("seq":0})"));
  give(m, bridge_frame::answer, "{}\n", 2, 1, 812);
  CHECK(says(m, R"("replays":[])"));
  CHECK(says(m, R"("seq":812})"));
}

TEST_CASE("requests that fail here are answered once with their own ids; the rest stays") {
  memory m = new_memory();
  m.keep(prompt);
  m.keep(cancel);
  m.keep(R"({"jsonrpc":"2.0","id":"a\u0062","method":"session/list"})");
  CHECK(m.fail_requests(-32603, "no daemon") ==
        R"({"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"no daemon"}})"
        "\n"
        R"({"jsonrpc":"2.0","id":"a\u0062","error":{"code":-32603,"message":"no daemon"}})"
        "\n");
  CHECK(unsettled(m) == std::vector<std::uint64_t>{2});
  CHECK(give(m, bridge_frame::answer, "late\n", 1).empty());
}

TEST_CASE("frames of a newer daemon are passed over") {
  memory m = new_memory();
  frame_header h;
  h.type = 200;
  CHECK(m.accept(h, "what is this").empty());
}
