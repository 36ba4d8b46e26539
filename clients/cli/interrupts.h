#pragma once

#include <csignal>

namespace acpd::cli {

/// While it lives, SIGINT, SIGTERM and SIGHUP are counted instead of ending the process, and come
/// in only inside client::wait(). One at a time, on the main thread.
class interrupts {
public:
  interrupts();
  ~interrupts();
  interrupts(const interrupts&) = delete;
  interrupts& operator=(const interrupts&) = delete;

  static int count();
  /// The signal that came last; 0: none.
  static int last();

private:
  sigset_t before_{};
};

} // namespace acpd::cli
