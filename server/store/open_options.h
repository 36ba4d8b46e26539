#pragma once

#include <chrono>
#include <string>

namespace acpd::store {

/// How sessions.db is opened. The defaults are the daemon's; tests give others.
struct open_options {
  std::string boot_id{}; // empty: the kernel's (builds with faults: ACPD_BOOT_ID, if set)
  std::string vfs{};     // SQLite VFS by name; empty: the system's
  std::chrono::milliseconds busy_wait{2000}; // for a lock of another program
};

} // namespace acpd::store
