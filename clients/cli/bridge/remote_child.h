#pragma once

#include "clients/cli/bridge/remote_ending.h"
#include "clients/cli/bridge/remote_target.h"

#include <string>
#include <sys/types.h>

namespace acpd::bridge {

/// The program that is the way to a remote daemon, one run of it after the other. Its stdin and
/// stdout are one socket, whose other end is the bridge's link: for the bridge it is as the
/// daemon's own socket. It is in a session of its own (ssh must not ask on the editor's terminal),
/// has none of our descriptors, and ends with the link. Owned by the bridge's loop; one thread.
class remote_child {
public:
  explicit remote_child(remote_target target) : target_(std::move(target)) {}
  ~remote_child() { stop(); }
  remote_child(const remote_child&) = delete;
  remote_child& operator=(const remote_child&) = delete;

  /// Starts it: the link's descriptor, non-blocking, the caller's.
  protocol::result<int> start();

  /// Ends it, if it runs still.
  remote_ending stop();

private:
  std::string last_words() const;

  remote_target target_;
  pid_t child_ = -1;
  int stderr_fd_ = -1; // a memfd
};

} // namespace acpd::bridge
