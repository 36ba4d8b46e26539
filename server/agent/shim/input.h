#pragma once

#include "server/agent/shim_frames.h"
#include "server/agent/unique_fd.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace acpd::shim {

/// Numbered messages on their way to the agent's stdin: SHIM.md's `send`. Says in the state file
/// how far each is, before it goes on. Never blocks. Owned by the shim's loop; `sent` must outlive
/// it.
class input {
public:
  static constexpr std::size_t limit_bytes = std::size_t{64} << 20;

  explicit input(agent::shim_progress& sent) : sent_(sent) {}

  /// `fd` is non-blocking.
  void open(agent::unique_fd fd) { fd_ = std::move(fd); }
  /// Takes message `number`, unless it has come before.
  void push(std::uint64_t number, std::string_view line);
  /// Writes what the agent takes now.
  void pump();
  /// End of stdin, after what waits here.
  void close_when_empty();
  void close_now();

  int fd() const { return fd_.get(); }
  /// Whether pump() is to be called when the pipe has room.
  bool waits() const { return fd_ && !queue_.empty(); }
  bool full() const { return queued_bytes_ >= limit_bytes; }

private:
  struct message {
    std::uint64_t number = 0;
    std::string line;
  };
  bool begin(const message& m);

  agent::shim_progress& sent_;
  agent::unique_fd fd_;
  std::deque<message> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t at_ = 0; // bytes of the front that have been written
  bool closing_ = false;
};

} // namespace acpd::shim
