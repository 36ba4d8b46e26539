#pragma once

#include "server/agent/shim/output.h"
#include "server/agent/shim/spool.h"
#include "server/agent/shim_frames.h"
#include "server/agent/unique_fd.h"
#include "server/wire/frame.h"

#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace acpd::shim {

/// One daemon's connection. Never blocks and never queues the agent's output: its position in the
/// spool is an offset, and what the socket did not take is read from there again. Only small
/// frames wait in memory. Owned by the shim's loop.
class link {
public:
  /// Small frames at which the shim stops reading this connection until some are sent.
  static constexpr std::size_t control_limit = std::size_t{1} << 20;

  explicit link(agent::unique_fd fd) : fd_(std::move(fd)) {}

  int fd() const { return fd_.get(); }
  bool attached() const { return attached_; }
  void attach(std::uint64_t offset);
  /// Offset of the next byte to send.
  std::uint64_t next() const { return next_; }

  /// One read; calls on_frame(header, payload) for each whole frame. False: closed or broken.
  template <class F>
  bool read(std::span<char> buffer, F&& on_frame);

  void say(agent::shim_frame type, std::uint64_t number, std::string_view payload);
  bool wants_read() const { return control_.size() - control_at_ < control_limit; }
  /// Sends what the socket takes: small frames first, then data from the spool, or from `fresh`
  /// where that has the bytes. False: broken.
  bool flush(spool& from, const fresh_bytes& fresh, std::span<char> buffer);
  /// Whether flush() is to be called when the socket has room.
  bool waits() const { return waits_; }
  /// Everything that was said has been handed to the socket.
  bool quiet() const { return control_.empty() && !in_frame(); }

private:
  bool in_frame() const { return head_at_ < sizeof head_ || next_ < frame_end_; }
  void begin_frame(std::uint64_t bytes);
  bool send_control();
  bool send_frame(spool& from, const fresh_bytes& fresh, std::span<char> buffer);
  /// Bytes taken; 0: no room now, or broken_.
  std::size_t send(std::string_view first, std::string_view second);

  agent::unique_fd fd_;
  wire::frame_splitter splitter_;
  std::string control_;
  std::size_t control_at_ = 0;
  char head_[wire::frame_header_bytes] = {};
  std::size_t head_at_ = sizeof head_; // bytes of the data frame's header that are out
  std::uint64_t next_ = 0;
  std::uint64_t frame_end_ = 0; // where the payload of the frame that has begun ends
  bool attached_ = false;
  bool waits_ = false;
  bool broken_ = false;
};

template <class F>
bool link::read(std::span<char> buffer, F&& on_frame) {
  const ssize_t n = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  return splitter_.feed({buffer.data(), static_cast<std::size_t>(n)}, on_frame);
}

} // namespace acpd::shim
