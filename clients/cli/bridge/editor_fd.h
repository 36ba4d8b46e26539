#pragma once

#include <cstddef>
#include <string_view>

namespace acpd::bridge {

/// The editor's end that the bridge writes to: takes what fits now and never blocks. It leaves
/// O_NONBLOCK of the given descriptor alone wherever it can, because that flag is shared with
/// whoever else has the pipe or the terminal open. Owned by the bridge's loop; one thread.
class editor_fd {
public:
  explicit editor_fd(int fd);
  ~editor_fd();
  editor_fd(const editor_fd&) = delete;
  editor_fd& operator=(const editor_fd&) = delete;

  int fd() const { return fd_; }
  /// How many bytes were taken: 0 when none fit now, -1 when the editor has closed its end.
  std::ptrdiff_t write(std::string_view bytes) const;

private:
  enum class way {
    send,        // a socket: MSG_DONTWAIT
    reopened,    // a pipe: a description of our own, non-blocking
    small_write, // anything else: what poll() promises, PIPE_BUF bytes
  };
  int fd_;
  way way_ = way::small_write;
};

} // namespace acpd::bridge
