#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace acpd::protocol {

/// One update of a tool call, as raw spans of one line. All views must outlive the call of add().
struct tool_update {
  std::uint64_t turn = 0;
  std::uint64_t process = 0;
  bool announces = false;      // sessionUpdate is tool_call
  std::string_view id;         // toolCallId, raw with quotes
  std::string_view session_id; // raw with quotes
  std::string_view params;     // raw object
  std::string_view update;     // raw object
  std::string_view line;       // all of it
  bool stands_in = false;      // its content stands for the agent's
};

/// Folds the updates of tool calls: for each field the last value that was not null. A call is
/// known by turn, process and id; one announced anew after its end is another. Owned by one
/// compactor.
class tool_fold {
public:
  enum class outcome : std::uint8_t {
    opened,   // a new call, at this update's place
    folded,   // part of a call that is already there
    too_large // the folded line would be too long: show this update as it is
  };

  /// Takes one update; `call` is the number of its call, from 0 in order of opening.
  outcome add(const tool_update& u, std::size_t& call);

  /// The one `tool_call` line of a call. What was a single complete announcement is given back as
  /// it was.
  std::string line_of(std::size_t call) const;
  /// The agent's content, raw, where the line's stands in for it (null: what was before these
  /// updates); else empty.
  const std::string& behind(std::size_t call) const { return calls_[call].behind; }

private:
  struct field {
    std::string key, value; // raw
  };
  struct call_state {
    std::string id, session_id;
    std::vector<field> params; // but sessionId and update
    std::vector<field> update; // but sessionUpdate and toolCallId
    std::string first_line;    // kept while it is the only one
    std::string behind;        // content that something else stands for
    std::size_t bytes = 0;
    bool ended = false;
    std::size_t earlier = none; // the call before it with the same process and id
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::size_t open(const tool_update& u);
  static void merge(call_state& call, const tool_update& u);
  static void note_content(call_state& call, const tool_update& u);
  static std::string_view find(const std::vector<field>& fields, std::string_view key);
  std::string title_of(std::size_t call) const;

  std::vector<call_state> calls_;
  std::unordered_map<std::string, std::size_t> newest_; // by process and id
  std::unordered_map<std::string, std::size_t> open_;   // by turn, process and id
};

} // namespace acpd::protocol
