#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace acpd::bridge {

/// Whether a remote link still lives. Decides, does no I/O; the clock is an argument.
///
/// * Silent for 15 s: a ping. Silent for 75 s (five): dead. TCP alone would need many minutes.
/// * A hint that something has changed (an address, a sleep of this machine, a line of the editor's
///   that nothing has answered for 3 s): a ping at once, and dead after 5 s of silence, so that
///   whoever opens the lid does not wait.
/// * But a hint counts only while little is under way: behind megabytes on a slow link a pong is
///   late, and starting again would send them all once more, for ever.
/// * No greeting in 20 s after the start: dead.
class liveness {
public:
  using clock = std::chrono::steady_clock;
  enum class step : unsigned char { nothing, ping, dead };

  void started(clock::time_point now);
  void welcomed(clock::time_point now) { heard_from(now), greeted_ = true; }
  void heard_from(clock::time_point now);
  void sent(std::size_t bytes, clock::time_point now);
  /// An address has changed, or this machine has slept.
  void hint(clock::time_point now);

  step look(clock::time_point now);
  /// When to look again.
  clock::time_point next() const;

private:
  static constexpr auto ping_after = std::chrono::seconds(15);
  static constexpr auto dead_after = std::chrono::seconds(75);
  static constexpr auto answer_within = std::chrono::seconds(3);
  static constexpr auto doubt_limit = std::chrono::seconds(5);
  static constexpr auto greeting_limit = std::chrono::seconds(20);
  static constexpr std::size_t little = std::size_t{64} << 10;

  clock::time_point started_, heard_, pinged_;
  std::optional<clock::time_point> sent_;  // the first bytes since something was heard
  std::optional<clock::time_point> doubt_; // since when a quick answer is awaited
  std::size_t under_way_ = 0;              // bytes sent since then
  bool greeted_ = false;
};

} // namespace acpd::bridge
