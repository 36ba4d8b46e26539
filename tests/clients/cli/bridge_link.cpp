#include "clients/cli/bridge/bridge.h"
#include "tests/clients/cli/fake_daemon.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <future>

using namespace acpd::test;
using acpd::bridge::bridge;

namespace {

constexpr auto initialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":1}})";
constexpr auto asking =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":1,)"
    R"("clientCapabilities":{"_meta":{"acpd":{"link":true}}}}})";
constexpr auto initialized = R"({"jsonrpc":"2.0","id":0,"result":{}})"
                             "\n";
constexpr auto prompt =
    R"({"jsonrpc":"2.0","id":7,"method":"session/prompt","params":{"sessionId":"s1","prompt":[]}})";
constexpr auto prompt_answer = R"({"jsonrpc":"2.0","id":7,"result":{"stopReason":"end_turn"}})"
                               "\n";
constexpr auto slot_json = R"({"sessionId":"s1","epoch":"e"})";

/// A bridge on pipes. No acpd lies beside the test program, so none is ever started.
class rig {
public:
  rig() : daemon(folder.path() / "d.sock") {
    ::unsetenv("ACPD_SESSION");
    acpd::wire::paths where{folder.path() / "config.toml", folder.path() / "state",
                            folder.path() / "d.sock"};
    bridge_.emplace(acpd::bridge::options{where, "", ""}, editor.bridge_in(), editor.bridge_out());
    code_ = std::async(std::launch::async, [this] { return bridge_->run(); });
  }
  ~rig() {
    editor.close_input();
    daemon.drop();
    if (code_.valid()) code_.wait();
  }

  /// Accepts, reads magic and hello, welcomes; returns the hello.
  std::string greet() {
    daemon.drop(); // the death of the one before
    return greet_next();
  }
  std::string greet_next() {
    daemon.accept();
    daemon.expect_magic();
    std::string hello = daemon.expect(bridge_frame::hello).payload;
    daemon.send(bridge_frame::welcome, R"({"protocol":1,"epoch":"e","version":"x","pid":1})");
    return hello;
  }
  /// The editor's first request, and its answer.
  void initialize_with(std::string_view request) {
    editor.write(std::string(request));
    daemon.expect(bridge_frame::line);
    daemon.send(bridge_frame::answer, initialized, 1);
    CHECK(editor.next_line() + "\n" == initialized);
  }
  int end() {
    editor.close_input();
    return code_.get();
  }

  temporary_folder folder;
  fake_daemon daemon;
  fake_editor editor;

private:
  std::optional<bridge> bridge_;
  std::future<int> code_;
};

std::string line_of(std::size_t n) {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"n":)" + std::to_string(n) +
         "}}\n";
}

bool has(const std::string& text, std::string_view part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("lines go up numbered and come down as they are") {
  rig r;
  r.greet();
  r.editor.write(initialize);
  const frame up = r.daemon.expect(bridge_frame::line);
  CHECK(up.payload == initialize);
  CHECK(up.head.number == 1);
  r.daemon.send(bridge_frame::answer, initialized, 1);
  CHECK(r.editor.next_line() + "\n" == initialized);
  CHECK(r.end() == 0);
}

TEST_CASE("a daemon that dies in the middle of a frame: nothing is repeated, nothing is missing") {
  rig r;
  r.greet();
  r.daemon.send(bridge_frame::slot, slot_json, 0, 1, 100);
  std::size_t next = 101;
  constexpr std::size_t deaths = 6; // each waits longer for the next link
  for (std::size_t death = 0; death < deaths; ++death) {
    for (int i = 0; i < 50; ++i, ++next)
      r.daemon.send(bridge_frame::data, line_of(next), 0, 1, next);
    std::string torn;
    acpd::wire::frame_header h;
    h.type = static_cast<std::uint8_t>(bridge_frame::data);
    h.slot = 1;
    h.seq = next;
    acpd::wire::append_frame(torn, h, line_of(next));
    r.daemon.send_bytes(std::string_view(torn).substr(0, 1 + torn.size() * death / deaths));
    const std::string hello = r.greet();
    REQUIRE(has(hello, R"({"sessionId":"s1","epoch":"e","seq":)" + std::to_string(next - 1) + "}"));
    r.daemon.send(bridge_frame::slot, slot_json, 0, 1, next - 1);
  }
  r.daemon.send(bridge_frame::data, "last\n", 0, 1, next);
  for (std::size_t n = 101; n < next; ++n)
    REQUIRE(r.editor.next_line() + "\n" == line_of(n));
  CHECK(r.editor.next_line() == "last");
  CHECK_FALSE(r.editor.has_output(0));
}

TEST_CASE("unsettled lines are sent again in order with the same numbers") {
  rig r;
  r.greet();
  r.editor.write(initialize);
  r.editor.write(prompt);
  r.editor.write(R"({"jsonrpc":"2.0","method":"session/cancel","params":{"sessionId":"s1"}})");
  for (int i = 0; i < 3; ++i)
    r.daemon.expect(bridge_frame::line);
  r.daemon.send(bridge_frame::answer, initialized, 1);
  r.daemon.send(bridge_frame::ack, {}, 2); // its answer is due: sent again all the same
  CHECK(r.editor.next_line() + "\n" == initialized);
  const std::string hello = r.greet();
  CHECK(has(hello, R"("initialize":"{\"jsonrpc\")"));
  const frame again = r.daemon.expect(bridge_frame::line);
  CHECK(again.head.number == 2);
  CHECK(again.payload == prompt);
  CHECK(r.daemon.expect(bridge_frame::line).head.number == 3);
  r.daemon.send(bridge_frame::answer, prompt_answer, 2);
  r.daemon.send(bridge_frame::ack, {}, 3);
  CHECK(r.editor.next_line() + "\n" == prompt_answer);
  CHECK(r.end() == 0);
}

TEST_CASE("questions that the editor shows and replays that were cut are in the next hello") {
  rig r;
  r.greet();
  r.editor.write(R"({"jsonrpc":"2.0","id":1,"method":"session/load","params":{"sessionId":"s1"}})");
  r.daemon.expect(bridge_frame::line);
  r.daemon.send(bridge_frame::slot, slot_json, 0, 1, 0);
  r.daemon.send(bridge_frame::ask,
                R"({"jsonrpc":"2.0","id":"acpd-3-a","method":"session/request_permission"})"
                "\n");
  r.daemon.send(bridge_frame::replay, "one\n", 4, 1, 90);
  CHECK_FALSE(r.editor.next_line().empty());
  CHECK(r.editor.next_line() == "one");
  const std::string hello = r.greet();
  CHECK(has(hello, R"("shown":["acpd-3-a"])"));
  CHECK(has(hello, R"("replays":[{"n":1,"epoch":"e","head":90,"index":4}])"));
  r.daemon.send(bridge_frame::ack, {}, 1);
}

TEST_CASE("what the daemon says about a refused cursor passes, and the cursor goes on from there") {
  rig r;
  r.greet();
  r.daemon.send(bridge_frame::slot, slot_json, 0, 1, 100);
  r.daemon.send(bridge_frame::data, line_of(101), 0, 1, 101);
  CHECK(r.editor.next_line() + "\n" == line_of(101));
  r.greet();
  r.daemon.send(bridge_frame::slot, R"({"sessionId":"s1","epoch":"new"})", 0, 1, 7);
  r.daemon.send(bridge_frame::data, "the history before this was lost\n", 0, 1, 0);
  CHECK(r.editor.next_line() == "the history before this was lost");
  CHECK(has(r.greet(), R"({"sessionId":"s1","epoch":"new","seq":7})"));
}

TEST_CASE("the editor's end waits for the acks, and what was sent is delivered after a death") {
  rig r;
  r.greet();
  r.editor.write(prompt);
  r.editor.close_input();
  r.daemon.expect(bridge_frame::line);
  CHECK_FALSE(r.daemon.is_called(50)); // it waits on this link
  r.greet();
  CHECK(r.daemon.expect(bridge_frame::line).payload == prompt);
  r.daemon.send(bridge_frame::ack, {}, 1);
  CHECK(r.end() == 0);
}

TEST_CASE("a last line without its newline is delivered when it is whole") {
  rig r;
  r.greet();
  r.editor.write_bytes(prompt);
  r.editor.close_input();
  CHECK(r.daemon.expect(bridge_frame::line).payload == prompt);
  r.daemon.send(bridge_frame::ack, {}, 1);
  CHECK(r.end() == 0);
}

TEST_CASE("an editor that does not read stops the daemon's stream, and later gets all of it") {
  rig r;
  r.greet();
  r.daemon.send(bridge_frame::slot, slot_json, 0, 1, 0);
  constexpr std::size_t many = 100'000; // about 8 MB: more than all buffers on the way
  std::promise<void> all_taken;
  std::thread flood([&] {
    for (std::size_t n = 1; n <= many; ++n)
      r.daemon.send(bridge_frame::data, line_of(n), 0, 1, n);
    all_taken.set_value();
  });
  auto taken = all_taken.get_future();
  CHECK(taken.wait_for(std::chrono::milliseconds(300)) == std::future_status::timeout);
  std::size_t wrong = 0;
  for (std::size_t n = 1; n <= many; ++n)
    wrong += r.editor.next_line() + "\n" != line_of(n);
  CHECK(wrong == 0);
  flood.join();
  // While the editor is stopped, its own lines still go up.
  r.editor.write(prompt);
  CHECK(r.daemon.expect(bridge_frame::line).payload == prompt);
  r.daemon.send(bridge_frame::ack, {}, 1);
}

TEST_CASE("after bye with stop no daemon is started, but one that comes is found") {
  rig r;
  r.greet();
  r.daemon.send(bridge_frame::bye, R"({"stop":true})");
  r.daemon.drop();
  CHECK(has(r.greet(), R"("protocol":1)"));
}

TEST_CASE(
    "a refusal answers what is open and is tried again only when the editor sends something") {
  rig r;
  r.daemon.accept();
  r.editor.write(prompt);
  r.daemon.expect_magic();
  r.daemon.expect(bridge_frame::hello);
  r.daemon.expect(bridge_frame::line);
  r.daemon.send(bridge_frame::refused, R"({"text":"there is no agent \"x\""})");
  CHECK(r.editor.next_line() ==
        R"({"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"there is no agent \"x\""}})");
  CHECK_FALSE(r.daemon.is_called(100));
  r.editor.write(prompt);
  r.greet();
  CHECK(r.daemon.expect(bridge_frame::line).head.number == 2);
  r.daemon.send(bridge_frame::ack, {}, 2);
}

TEST_CASE("a line over 32 MiB is answered by the bridge; the next one is served") {
  rig r;
  r.greet();
  std::thread writer([&] {
    const std::string part(1 << 20, 'x');
    for (int i = 0; i < 33; ++i)
      r.editor.write_bytes(part);
    r.editor.write("");
    r.editor.write(prompt);
  });
  CHECK(has(r.editor.next_line(), R"("id":null,"error":{"code":-32700)"));
  CHECK(r.daemon.expect(bridge_frame::line).payload == prompt);
  r.daemon.send(bridge_frame::ack, {}, 1);
  writer.join();
}

TEST_CASE("a line of 20 MiB goes through in both directions") {
  rig r;
  r.greet();
  const std::string big(20 << 20, 'x');
  std::thread writer([&] { r.editor.write(big); });
  CHECK(r.daemon.expect(bridge_frame::line).payload == big);
  writer.join();
  r.daemon.send(bridge_frame::ack, {}, 1);
  std::thread sender([&] { r.daemon.send(bridge_frame::data, big + "\n"); });
  CHECK(r.editor.next_line() == big);
  sender.join();
}

TEST_CASE("an editor that asked is told that the link is lost, and that all is sent again") {
  rig r;
  r.greet();
  r.initialize_with(asking);
  r.editor.write(prompt);
  r.daemon.expect(bridge_frame::line);
  r.daemon.drop();
  const std::string down = r.editor.next_line();
  CHECK(has(down, R"("method":"_acpd/link","params":{"up":false,"text":")"));
  r.greet();
  CHECK(r.daemon.expect(bridge_frame::line).payload == prompt);
  while (has(r.editor.next_line(), R"("up":false)")) {
  }
  CHECK_FALSE(r.editor.has_output(0));
  r.daemon.send(bridge_frame::answer, prompt_answer, 2);
  CHECK(r.editor.next_line() + "\n" == prompt_answer);
}

TEST_CASE("an editor that did not ask is told nothing of the link") {
  rig r;
  r.greet();
  r.initialize_with(initialize);
  r.greet();
  r.daemon.send(bridge_frame::data, "next\n");
  CHECK(r.editor.next_line() == "next");
}

TEST_CASE("a daemon that somebody stopped: the editor is told what starts it again") {
  rig r;
  r.greet();
  r.initialize_with(asking);
  r.daemon.send(bridge_frame::bye, R"({"stop":true})");
  r.daemon.drop();
  CHECK(has(r.editor.next_line(),
            R"("text":"somebody has stopped the daemon; your next message starts it)"));
}

TEST_CASE("a frame that cannot be one ends the link, and a new one begins") {
  rig r;
  r.greet();
  r.daemon.send_bytes(std::string(64, '\xff'));
  CHECK(has(r.greet_next(), R"("protocol":1)"));
}
