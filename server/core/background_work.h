#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace acpd::core {

class terminal_views;

/// What a v1 agent's session goes on with while no turn runs: v2 editors are told it as the list
/// `background`. v1 has no word for it, so it is what acpd sees: its terminals that run on when a
/// turn ends, and tool calls that the agent leaves pending or in progress then. Knows one agent
/// process. Pure; owned by the session.
class background_work {
public:
  /// An update of a tool call (raw params.update). True: the list is another one now.
  bool note_call(std::string_view update, bool in_turn);
  /// A terminal that began outside of any turn.
  void add_terminal(std::uint64_t terminal) { terminals_.insert(terminal); }
  /// True: it was listed, and is not any more.
  bool remove_terminal(std::uint64_t terminal) { return terminals_.erase(terminal) > 0; }
  /// The turn is over: what still goes on is listed. Its calls only if it came to its own end: a
  /// cancel or an error ends them, too. A call that shows such a terminal is that terminal's.
  void turn_ended(const terminal_views& terminals, bool by_itself);

  bool empty() const { return terminals_.empty() && calls_.empty(); }
  const std::set<std::string>& calls() const { return calls_; } // raw ids
  std::string list() const;                                     // raw array

  std::string state() const; // JSON; empty when nothing is listed
  void restore(std::string_view state);

private:
  std::set<std::string> open_; // raw ids of this turn's calls that go on
  std::set<std::uint64_t> terminals_;
  std::set<std::string> calls_;
};

} // namespace acpd::core
