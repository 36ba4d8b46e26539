#pragma once

#include "protocol/splice.h"
#include "server/core/session.h"

#include <deque>
#include <string>
#include <vector>

namespace acpd::core::test {

/// A session under test: events as a person would tell them, actions as short words.
class bench {
public:
  bench() : bench(fresh()) {}
  explicit bench(session_seed seed) : s(std::move(seed)) {}

  static session_seed fresh() {
    session_seed seed;
    seed.id = 1;
    seed.sid = "S";
    seed.agent = "a";
    seed.cwd = "/w";
    return seed;
  }

  /// Starts the agent at once: process row 7, numbers from 1.
  void agent_is_ready() {
    s.bind(7, 1);
    step(agent_ready{"\"agent-sid\"", "", "", false});
  }

  void prompt(std::int64_t turn, const std::string& author = "me", const std::string& text = "hi") {
    const std::string line =
        R"({"jsonrpc":"2.0","id":)" + std::to_string(turn) +
        R"(,"method":"session/prompt","params":{"sessionId":"S","prompt":[{"type":"text","text":")" +
        text + R"("}]}})";
    auto e = protocol::scan(line);
    step(prompt_in{line, *e, author, author + ":" + std::to_string(turn), true, 5, turn});
  }

  void agent_says(const std::string& line, std::int64_t question = 90) {
    const std::string& kept = lines.emplace_back(line);  // the actions have views of it
    auto e = protocol::scan(kept);
    step(agent_line{kept, *e, question, "nonce"});
  }
  void chunk(const std::string& text, const std::string& variant = "agent_message_chunk") {
    agent_says(
        R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"agent-sid","update":{"sessionUpdate":")" +
        variant + R"(","content":{"type":"text","text":")" + text + R"("}}}})");
  }
  void answers(std::uint64_t n, const std::string& result) {
    agent_says(R"({"jsonrpc":"2.0","id":)" + std::to_string(n) + R"(,"result":)" + result + "}");
  }
  void asks_permission(std::int64_t row = 90, const std::string& id = "\"q\"") {
    agent_says(
        R"({"jsonrpc":"2.0","id":)" + id +
            R"(,"method":"session/request_permission","params":{"sessionId":"agent-sid","toolCall":{"toolCallId":"t"},)"
            R"("options":[{"optionId":"yes","name":"Yes","kind":"allow_once"},{"optionId":"no","name":"No","kind":"reject_once"}]}})",
        row);
  }
  void answer(std::int64_t row, const std::string& result) { step(answer_in{row, result, {}}); }

  void step(const event& e) {
    last.clear();
    s.step(e, ++at, last);
    all.insert(all.end(), last.begin(), last.end());
  }

  template <class Action>
  std::vector<Action> of(const actions& from) const {
    std::vector<Action> out;
    for (const action& a : from)
      if (auto* one = std::get_if<Action>(&a)) out.push_back(*one);
    return out;
  }
  template <class Action>
  bool has() const {
    return !of<Action>(last).empty();
  }

  /// Methods of the lines to the agent, or "response"; in order.
  std::vector<std::string> sent(const actions& from) const {
    std::vector<std::string> out;
    for (const send& a : of<send>(from))
      out.push_back(a.kind == send_kind::response ? "response" : a.method);
    return out;
  }
  /// Kinds of the entries logged by the last step.
  std::vector<entry_kind> logged() const {
    std::vector<entry_kind> out;
    for (const action& a : last) {
      if (auto* line = std::get_if<log_line>(&a)) out.push_back(line->kind);
      if (auto* own = std::get_if<log_own>(&a)) out.push_back(own->kind);
    }
    return out;
  }

  session s;
  actions last, all;
  std::deque<std::string> lines;
  std::int64_t at = 1000;
};

} // namespace acpd::core::test
