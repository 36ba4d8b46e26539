#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace acpd::bridge {

/// What an editor that asked for it is told of the bridge's link: when to say `_acpd/link`, and the
/// line. Told down when the link is lost and then rarely, up when it is back; in between nothing.
/// Decides, does no I/O; the clock is an argument. Owned by the bridge's loop; one thread.
class link_report {
public:
  using clock = std::chrono::steady_clock;

  /// The link is down, and why. The line to write, or nothing when that need not be said now.
  std::string down(std::string_view text, clock::time_point now);
  /// The link is back. The line to write; nothing when down was never said.
  std::string up();

private:
  static constexpr auto first_pause = std::chrono::milliseconds(250);
  static constexpr auto longest_pause = std::chrono::seconds(30);

  bool is_down_ = false; // as the editor was told
  std::string said_;
  clock::time_point at_;
  clock::duration pause_{}; // before another text: doubled each time. The same one: the longest
};

} // namespace acpd::bridge
