#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace acpd::agent {

/// The kernel's process table, as far as shim and daemon need it. libc only: the shim compiles it
/// in. Reads /proc, so every answer may be old by the time it is given. Any thread.

struct process {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  char state = '?';        // Z, X: dead, only not waited for yet
  std::uint64_t start = 0; // clock ticks since boot: with the pid it names one process

  bool dead() const { return state == 'Z' || state == 'X'; }
};

/// Nothing when there is no such process.
std::optional<process> read_process(pid_t pid);

/// Every process that can be seen.
std::vector<process> all_processes();

/// Those of `table` that descend from `root`, without it.
std::vector<process> descendants(const std::vector<process>& table, pid_t root);

/// The process itself, its parent and so on up to pid 1. Empty when the chain could not be read
/// whole, e.g. because one of them ended just now: whoever asks for permission must then refuse.
std::vector<pid_t> ancestors(pid_t pid);

/// Whether the environment that the process was started with has this NAME=VALUE.
bool has_environment(pid_t pid, std::string_view name_value);

} // namespace acpd::agent
