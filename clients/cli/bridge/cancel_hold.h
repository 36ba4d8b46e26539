#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace acpd::bridge {

/// Holds back a session/cancel of a client that also sends one when it only quits
/// (server/wire/quirks.h): if the client ends within `hold`, the cancel was never said. Lines that
/// come behind a held one wait with it, so that order is kept. For all other clients nothing is
/// ever held. Pure: no clock, no I/O. Owned by the bridge; its loop's thread.
class cancel_hold {
public:
  using clock = std::chrono::steady_clock;
  /// Long enough for the signal or the end of stdin that such clients send in the same breath.
  static constexpr std::chrono::milliseconds hold{150};
  /// Held lines above this are let go: a client that writes on has not quit.
  static constexpr std::size_t most_bytes = std::size_t{1} << 20;

  /// `parent`: the program that started the bridge.
  explicit cancel_hold(std::string parent) : parent_(std::move(parent)) {}

  /// A line of the client's. True: it is kept here, and comes out of take_due() or the_rest().
  bool keeps(std::string_view line, clock::time_point now);
  /// When the oldest held line is due; nothing is held: nothing.
  std::optional<clock::time_point> due() const;
  /// The next line that is no longer held.
  std::optional<std::string> take_due(clock::time_point now);
  /// The client has ended: what it wrote but for the held cancels, line by line.
  std::optional<std::string> take_rest();

private:
  struct held {
    std::string line;
    bool is_cancel;
    clock::time_point until;
  };
  std::optional<std::string> take();

  std::string parent_;
  bool known_ = false; // who the client is
  bool holds_ = false;
  std::deque<held> lines_;
  std::size_t bytes_ = 0;
};

/// The name of the program that started this process; empty when it cannot be seen.
std::string parent_program();

} // namespace acpd::bridge
