#pragma once

#include "server/agent/shim/clock.h"
#include "server/agent/shim/spool.h"
#include "server/agent/shim_frames.h"

#include <span>
#include <string>
#include <string_view>

namespace acpd::shim {

/// Bytes that have just been spooled and still lie in memory.
struct fresh_bytes {
  std::uint64_t offset = 0;
  std::string_view bytes;
};

/// The agent's stdout on its way into the spool: reads it, says when not to. Owned by the shim's
/// loop. `spool` and `hello` must outlive it.
class output {
public:
  /// Unacknowledged bytes at which reading stops while a daemon is attached. A line that is longer
  /// is read to its end all the same: no daemon can acknowledge half a line.
  static constexpr std::uint64_t window_bytes = std::uint64_t{256} << 10;

  output(spool& to, agent::shim_hello& hello, std::uint64_t limit)
      : spool_(to), hello_(hello), limit_(limit) {}

  void open(agent::unique_fd fd) { fd_ = std::move(fd); }
  void close() { fd_.reset(); }
  bool is_open() const { return static_cast<bool>(fd_); }
  /// Bytes that the disk did not take.
  bool held() const { return !held_.empty(); }
  int fd() const { return fd_.get(); }

  /// Whether to read at `now`. `draining`: nobody writes any more, take what is left.
  bool wants(instant now, bool attached, bool draining) const;
  /// When to look again though nothing happened; `never` when an event will come.
  instant wake(instant now, bool attached) const;
  instant last() const { return last_; }

  /// One read into `buffer`, spooled. The result points into `buffer`.
  fresh_bytes read(instant now, std::span<char> buffer);
  /// Reads until the pipe is empty, at its end, or the disk takes no more.
  void drain(instant now, std::span<char> buffer);
  /// Tries again what the disk did not take.
  void retry(instant now);

private:
  bool has_room(bool attached) const;
  std::string_view keep(instant now, std::string_view bytes);

  spool& spool_;
  agent::shim_hello& hello_;
  const std::uint64_t limit_;
  agent::unique_fd fd_;
  std::string held_;
  std::uint64_t line_end_ = 0; // offset after the last newline spooled
  bool would_block_ = false;
  instant last_ = clock::now();
  instant next_read_{};
  instant retry_at_{};
};

} // namespace acpd::shim
