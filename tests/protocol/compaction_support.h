#pragma once

#include "protocol/compaction.h"
#include "tests/protocol/json_support.h"

#include <deque>

namespace acpd::test {

/// A log to compact: numbers its entries from 1 and keeps their bytes.
class session_log {
public:
  std::uint64_t turn = 1, process = 1;
  std::string message_id = "m";

  session_log& line(std::string text) {
    const auto& kept = lines_.emplace_back(std::move(text));
    ids_.push_back(message_id);
    entries_.push_back({entries_.size() + 1, turn, process, ids_.back(), kept});
    return *this;
  }
  session_log& update(std::string_view update, std::string_view meta = {}) {
    return line(update_line(update, meta));
  }
  session_log& chunk(std::string_view text, std::string_view kind = "agent_message_chunk") {
    return update(R"({"sessionUpdate":")" + std::string(kind) +
                  R"(","content":{"type":"text","text":")" + std::string(text) + R"("}})");
  }
  session_log& tool(std::string_view fields, std::string_view kind = "tool_call_update",
                    std::string_view id = "t1") {
    return update(R"({"sessionUpdate":")" + std::string(kind) + R"(","toolCallId":")" +
                  std::string(id) + '"' + (fields.empty() ? "" : ",") + std::string(fields) + "}");
  }
  /// A tool call's content that acpd made for v1.
  session_log& stand_in(std::string_view fields) {
    tool(fields);
    entries_.back().stands_in = true;
    return *this;
  }
  session_log& announce(std::string_view fields, std::string_view id = "t1") {
    return tool(fields, "tool_call", id);
  }

  std::vector<protocol::folded_frame> compacted() const {
    protocol::compactor c;
    for (const auto& e : entries_)
      c.add(e);
    return c.finish();
  }

private:
  std::deque<std::string> lines_, ids_;
  std::vector<protocol::logged_update> entries_;
};

/// The frames as seq and the raw update, in a form that is easy to compare.
inline std::vector<std::string> shown(const std::vector<protocol::folded_frame>& frames) {
  std::vector<std::string> all;
  for (const auto& f : frames) {
    const auto update = protocol::member(protocol::member(f.line, "params"), "update");
    all.push_back(std::to_string(f.seq) + ' ' + std::string(update));
  }
  return all;
}

/// The frames as seq and text of a chunk, or the update's kind.
inline std::vector<std::string> told(const std::vector<protocol::folded_frame>& frames) {
  std::vector<std::string> all;
  for (const auto& f : frames) {
    using protocol::member;
    const auto update = member(member(f.line, "params"), "update");
    const auto text = member(member(update, "content"), "text");
    all.push_back(std::to_string(f.seq) + ' ' +
                  protocol::unquote(text.empty() ? member(update, "sessionUpdate") : text));
  }
  return all;
}

using strings = std::vector<std::string>;

} // namespace acpd::test
