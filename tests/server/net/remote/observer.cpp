// What an observer's token may do, in lines and in the bridge's frames.
#include "server/net/remote/observer.h"

#include "server/wire/bridge_frames.h"

#include <catch2/catch.hpp>

using namespace acpd;
using namespace acpd::remote;
using acpd::wire::bridge_frame;

namespace {

std::string request(const std::string& method, const std::string& params = "{}") {
  return R"({"jsonrpc":"2.0","id":7,"method":")" + method + R"(","params":)" + params + "}";
}

std::string frame(bridge_frame type, const std::string& payload, std::uint64_t number = 0,
                  std::uint16_t slot = 0, std::uint64_t seq = 0) {
  std::string out;
  wire::append_frame(
      out, {.type = static_cast<std::uint8_t>(type), .slot = slot, .number = number, .seq = seq},
      payload);
  return out;
}

} // namespace

TEST_CASE("an observer reads; what changes something is refused under its id") {
  const observer o;
  for (const char* method :
       {"session/list", "session/load", "session/resume", "_acpd/log", "_acpd/index/status",
        "_acpd/status", "_acpd/pending/list", "_acpd/stream/resume"})
    CHECK(o.from_client(request(method)).what == observer::verdict::forward);
  for (const char* method :
       {"session/prompt", "session/new", "session/set_mode", "session/delete", "session/close",
        "authenticate", "_acpd/pending/answer", "_acpd/stop", "_acpd/session/prompt",
        "_acpd/token/new", "_anything", "not/invented/yet", "session\\/prompt"}) {
    const observer::verdict v = o.from_client(request(method));
    CHECK(v.what == observer::verdict::reply);
    CHECK(v.text.find(R"("id":7,"error":{"code":403,)") != std::string::npos);
  }
}

TEST_CASE("an observer's notifications and answers go nowhere") {
  const observer o;
  CHECK(o.from_client(R"({"jsonrpc":"2.0","method":"session/cancel","params":{}})").what ==
        observer::verdict::drop);
  CHECK(o.from_client(R"({"jsonrpc":"2.0","id":"acpd-1-x","result":{}})").what ==
        observer::verdict::drop);
  CHECK(o.from_client(R"({"jsonrpc":"2.0","method":"$/cancel_request","params":{}})").what ==
        observer::verdict::forward);
}

TEST_CASE("an observer is asked for no files and gives no servers") {
  const observer o;
  CHECK(
      o
          .from_client(request(
              "initialize",
              R"({"protocolVersion":1,"clientCapabilities":{"fs":{"readTextFile":true},"session":{"notices":{}}}})"))
          .text ==
      request("initialize",
              R"({"protocolVersion":1,"clientCapabilities":{"session":{"notices":{}}}})"));
  CHECK(o.from_client(request("session/load", R"({"sessionId":"s","mcpServers":[{"name":"x"}]})"))
            .text == request("session/load", R"({"sessionId":"s","mcpServers":null})"));
}

TEST_CASE("questions do not reach an observer, nor their withdrawal") {
  observer o;
  std::string answer;
  CHECK_FALSE(o.to_client(
      R"({"jsonrpc":"2.0","id":"acpd-1-a","method":"session/request_permission","params":{}})",
      answer));
  CHECK(answer.empty()); // it waits for somebody who may answer
  const std::string withdrawal =
      R"({"jsonrpc":"2.0","method":"$/cancel_request","params":{"requestId":"acpd-1-a"}})";
  CHECK_FALSE(o.to_client(withdrawal, answer));
  CHECK(o.to_client(withdrawal, answer)); // of a question that it was never kept from
  CHECK_FALSE(
      o.to_client(R"({"jsonrpc":"2.0","id":"acpd-2-b","method":"_x/ask","params":{}})", answer));
  CHECK(answer.find(R"("id":"acpd-2-b","error":{"code":-32601)") != std::string::npos);
  CHECK(o.to_client(R"({"jsonrpc":"2.0","method":"session/update","params":{}})", answer));
}

TEST_CASE("the bridge of an observer: lines are judged in their frames, however they are cut") {
  const std::string stream =
      std::string(wire::bridge_magic) +
      frame(bridge_frame::hello, R"({"protocol":1,"bridge":"b","env":{"SECRET":"x"}})") +
      frame(bridge_frame::line, request("session/list"), 1) +
      frame(bridge_frame::line, request("session/prompt"), 2) +
      frame(bridge_frame::line, R"({"jsonrpc":"2.0","method":"session/cancel"})", 3);
  const std::string to_daemon = std::string(wire::bridge_magic) +
                                frame(bridge_frame::hello, R"({"protocol":1,"bridge":"b"})") +
                                frame(bridge_frame::line, request("session/list"), 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, stream.size()}) {
    observer_frames f;
    std::string down, up;
    for (std::size_t i = 0; i < stream.size(); i += piece) {
      const auto out = f.from_client(std::string_view(stream).substr(i, piece));
      REQUIRE_FALSE(out.broken);
      up += out.to_daemon;
      down += out.to_client;
    }
    CHECK(up == to_daemon);
    CHECK(down.find(R"("id":7,"error":{"code":403,)") != std::string::npos);
    CHECK(down.ends_with(frame(bridge_frame::ack, "", 3)));
  }
}

TEST_CASE("a tunnel that is not the bridge's protocol is broken at once") {
  observer_frames f;
  CHECK(f.from_client(request("session/prompt") + "\n").broken);
}

TEST_CASE("a question is kept from an observer's bridge, and its cursor moves all the same") {
  observer_frames f;
  const auto out = f.from_daemon(
      frame(bridge_frame::ask,
            R"({"jsonrpc":"2.0","id":"acpd-1-a","method":"session/request_permission","params":{}})"
            "\n",
            0, 3, 12));
  CHECK(out.to_client == frame(bridge_frame::data, "", 0, 3, 12));
}
