#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace acpd::net {

/// When to look at what the terminals of an agent have written. What is seen goes into the log, so
/// the looks at one that writes a lot, or nothing, become rare: of a terminal that never ends the
/// log grows with the logarithm of its time. Owned by its agent_link; session thread.
class terminal_looks {
public:
  using clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds soonest{250}, quietest{2'000}, rarest{60'000};
  /// That much was logged of a terminal: from then on half as often.
  static constexpr std::size_t bytes_a_step = std::size_t{256} << 10;

  /// Of the terminals that run: when the first is to be looked at.
  std::optional<clock::time_point> next(const std::vector<std::uint64_t>& running,
                                        clock::time_point now);
  /// Which are to be looked at now. Each is due again a while after it was seen.
  std::vector<std::uint64_t> due(clock::time_point now);
  /// It was looked at: is there anything new, and how much of it was there to log?
  void seen(std::uint64_t terminal, bool news, std::size_t bytes);

private:
  struct one {
    clock::time_point at;
    std::chrono::milliseconds wait = soonest;
    std::size_t logged = 0;
  };
  std::map<std::uint64_t, one> all_;
};

} // namespace acpd::net
