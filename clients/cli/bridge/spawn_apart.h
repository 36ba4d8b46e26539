#pragma once

#include <expected>
#include <sys/types.h>
#include <vector>

namespace acpd::bridge {

/// The descriptors of a new process; what has a negative one gets /dev/null.
struct child_io {
  int in = -1, out = -1, err = -1;
};

/// Starts argv[0], looked up on PATH where it has no slash, in a session of its own, so that an
/// editor that ends its process group does not end it too; with no signal blocked or ignored and
/// no other descriptor of ours. Both lists end with a null pointer. Gives its pid, or an errno.
std::expected<pid_t, int> spawn_apart(std::vector<char*> argv, std::vector<char*> environment,
                                      child_io io);

} // namespace acpd::bridge
