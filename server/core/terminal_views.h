#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace acpd::core {

/// What editors are shown of a v1 agent's terminals. They run under the shim, so no v1 editor knows
/// them, and some drop a whole update that names one: in a tool call they are shown as text, the
/// command line and what it wrote so far. v2 editors are told of each terminal as of an agent's
/// own. Knows the terminals of one agent process and the tool calls that show them. Pure; owned by
/// the session.
class terminal_views {
public:
  /// At most that much of a terminal's output is shown: the newest.
  static constexpr std::size_t shown_bytes = std::size_t{32} << 10;

  /// A tool call and the whole content that it is to have, both raw JSON.
  struct shown {
    std::string call, content;
  };

  /// Does a tool call's line need note()? One search of the line, for nearly all.
  bool concerns(std::string_view line) const;

  /// False: it is known already.
  bool started(std::uint64_t terminal, std::string_view command);
  /// What is new of a terminal: `bytes` behind what was known, or all that is to be shown from now.
  struct change {
    std::vector<shown> calls; // the tool calls that look different now
    std::string_view bytes;   // of `output`
    bool whole = false;
    bool ended = false;
  };
  /// Its output so far; `how` it ended, or empty.
  change wrote(std::uint64_t terminal, std::string_view output, bool truncated,
               std::string_view how);
  bool runs(std::uint64_t terminal) const;
  std::vector<std::uint64_t> running() const;
  /// Does the tool call (raw id) show a terminal that runs?
  bool shows_running(const std::string& call) const;
  /// An update of a tool call (raw params.update): what is to be shown instead of its content;
  /// empty content: nothing else.
  shown note(std::string_view update);
  /// The terminals in a call that has ended, by this update, before they did.
  std::vector<std::uint64_t> cut_off(std::string_view update) const;
  /// The turn is over: its calls change no more.
  void forget_calls();

  /// A raw content array with texts in the place of terminals; empty: there are none in it.
  std::string as_text(std::string_view content) const;

  /// Is there anything new for state() since this was asked last?
  bool take_changed() { return std::exchange(changed_, false); }
  std::string state() const; // JSON; empty when nothing is known
  void restore(std::string_view state);

private:
  struct terminal {
    std::string command, output, how; // output: the newest of it
    bool truncated = false;
    std::size_t seen = 0; // bytes of its output, while all of it is known
  };
  std::string text_of(std::uint64_t number) const;

  std::map<std::uint64_t, terminal> terminals_;
  std::map<std::string, std::string> calls_; // toolCallId → its content, as the agent gave it
  bool changed_ = false;
};

/// The ids that agents know acpd's terminals by: "acpd-term-7".
std::string terminal_name(std::uint64_t number);
/// 0: not one of acpd's.
std::uint64_t terminal_number(std::string_view name);

/// A line of the agent without the terminals in params.update.content: what an editor is sent,
/// since an own update with their text follows it.
std::string without_terminals(std::string_view line);

} // namespace acpd::core
