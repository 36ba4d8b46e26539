#pragma once

#include <cstdint>

namespace acpd::bridge {

/// Notices what makes a link doubtful: an address or a link of this machine that changed, and a
/// sleep. Owned by the bridge's loop; one thread. Where the kernel tells nothing it stays silent:
/// the pings find out then.
class network_watch {
public:
  network_watch();
  ~network_watch();
  network_watch(const network_watch&) = delete;
  network_watch& operator=(const network_watch&) = delete;

  int fd() const { return fd_; } // readable: look; -1: none
  /// Whether something has changed since the last call.
  bool changed();

private:
  int fd_;
  std::int64_t slept_ms_; // how far the clock that counts sleep is ahead
};

} // namespace acpd::bridge
