#pragma once

#include "tests/server/core/harness.h"

namespace acpd::core::test {

/// A session whose agent speaks ACP v2, ready.
class v2_bench : public bench {
public:
  v2_bench() : v2_bench(fresh()) {}
  explicit v2_bench(session_seed seed) : bench(std::move(seed)) {}

  static v2_bench ready() {
    v2_bench b;
    b.v2_agent_is_ready();
    return b;
  }
  void v2_agent_is_ready(const std::string& commands = {}) {
    s.bind(7, 1);
    step(agent_ready{"\"agent-sid\"", "", "", false, protocol::acp_version::v2, commands});
  }

  /// A session/update; `update`: the members after sessionUpdate.
  void update(const std::string& variant, const std::string& members) {
    agent_says(
        R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"agent-sid","update":{"sessionUpdate":")" +
        variant + "\"," + members + "}}}");
  }
  void state(const std::string& name, const std::string& more = {}) {
    update("state_update", R"("state":")" + name + "\"" + more);
  }
  void idle(const std::string& reason = "end_turn") {
    state("idle", R"(,"stopReason":")" + reason + "\"");
  }
  void echo(const std::string& id) {
    update("user_message",
           R"("messageId":")" + id + R"(","content":[{"type":"text","text":"hi"}])");
  }
  void inserted(std::uint64_t n, const std::string& id) {
    answers(n, R"({"messageId":")" + id + "\"}");
  }
  void refuses(std::uint64_t n, int code) {
    agent_says(R"({"jsonrpc":"2.0","id":)" + std::to_string(n) + R"(,"error":{"code":)" +
               std::to_string(code) + R"(,"message":"no"}})");
  }
  void text(const std::string& words) {
    update("agent_message_chunk",
           R"("messageId":"m","content":{"type":"text","text":")" + words + R"("})");
  }

  /// The line of the turn_ended entry of the last step; empty: the turn did not end.
  std::string response() const {
    for (const log_own& a : of<log_own>(last))
      if (a.kind == entry_kind::turn_ended) return a.line;
    for (const log_line& a : of<log_line>(last))
      if (a.kind == entry_kind::turn_ended)
        return a.message_id.empty() ? std::string(a.line) : "told: " + std::string(a.message_id);
    return {};
  }
};

} // namespace acpd::core::test
