#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

namespace acpd::runner {

/// Everything that goes to stdout: answers at once, updates in order and at most ten a second over
/// all sessions. Pure: time is given, bytes are taken; the loop writes them.
/// Owned by the agent; one thread.
class outbox {
public:
  using clock = std::chrono::steady_clock;

  static constexpr std::size_t updates_a_second = 10;
  /// Longer than a second, so that a reader whose clock ticks a little late counts ten, too.
  static constexpr std::chrono::milliseconds window{1100};

  /// An answer that waits for nothing.
  void post(const std::string& frame) { ready_ += frame + '\n'; }
  /// An update; it keeps its place.
  void update(std::string frame) { lane_.push_back({std::move(frame), true}); }
  /// An answer that must not overtake the updates before it.
  void after_updates(std::string frame) { lane_.push_back({std::move(frame), false}); }

  /// Whether `wanted` updates could go out now and leave `spare` for what is urgent. Progress asks
  /// here first, so that it is merged instead of queued.
  bool has_room(clock::time_point now, std::size_t wanted, std::size_t spare);

  /// Moves what may go now to ready(). Call it before each write.
  void advance(clock::time_point now);

  std::string& ready() { return ready_; } // bytes to write; the writer erases what it wrote
  bool waiting() const { return !lane_.empty(); }
  bool empty() const { return ready_.empty() && lane_.empty(); }

private:
  struct entry {
    std::string frame;
    bool counts = false;
  };
  void forget(clock::time_point now);

  // A reader that does not read holds updates back in the lane, where progress is merged.
  static constexpr std::size_t high_water_bytes = 256 * 1024;

  std::deque<entry> lane_;
  std::deque<clock::time_point> sent_; // updates within the window
  std::string ready_;
};

} // namespace acpd::runner
