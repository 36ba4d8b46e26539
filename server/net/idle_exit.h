#pragma once

#include "server/net/asio.h"

#include <chrono>
#include <functional>

namespace acpd::net {

class hub;

/// Ends a daemon that an editor started and nobody needs any more: no client was connected and no
/// turn, queue or question was open for `after`. Its agents are stopped with it: their sessions can
/// be loaded again. Owned by the daemon's run; session thread; the hub must outlive it.
class idle_exit {
public:
  /// `after` 0: never.
  idle_exit(hub& h, std::chrono::seconds after, std::function<void()> end);

  void start();
  void stop() { timer_.cancel(); }

private:
  void look();

  hub& hub_;
  const std::chrono::seconds after_;
  const std::function<void()> end_;
  asio::steady_timer timer_;
  std::chrono::steady_clock::time_point needed_; // when it was last
};

} // namespace acpd::net
