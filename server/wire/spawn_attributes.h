#pragma once

#include <csignal>
#include <spawn.h>

namespace acpd::wire {

/// posix_spawn's attributes of a program that begins with a clean signal state, whatever this one
/// has blocked or ignored. `more`: further POSIX_SPAWN_… flags.
class spawn_attributes {
public:
  explicit spawn_attributes(int more = 0) {
    ::posix_spawnattr_init(&of_);
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&of_, &none);
    ::posix_spawnattr_setsigdefault(&of_, &all);
    ::posix_spawnattr_setflags(
        &of_, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | more));
  }
  ~spawn_attributes() { ::posix_spawnattr_destroy(&of_); }
  spawn_attributes(const spawn_attributes&) = delete;
  spawn_attributes& operator=(const spawn_attributes&) = delete;

  const posix_spawnattr_t* get() const { return &of_; }

private:
  posix_spawnattr_t of_;
};

} // namespace acpd::wire
