#pragma once

#include "protocol/failure.h"

#include <filesystem>
#include <string>

namespace acpd::wire {

/// Where a daemon's files are. Each part: the flag if given, else the environment variable, else
/// the XDG folder. Two daemons with different state folders never meet.
struct paths {
  std::filesystem::path config;    // ACPD_CONFIG; $XDG_CONFIG_HOME/acpd/config.toml
  std::filesystem::path state_dir; // ACPD_STATE_DIR; $XDG_STATE_HOME/acpd
  /// ACPD_SOCKET; $XDG_RUNTIME_DIR/acpd/acpd.sock; with a state folder of one's own and no socket
  /// given: STATE_DIR/acpd.sock
  std::filesystem::path socket;
};

/// Flags given on a command line; empty: not given.
struct path_flags {
  std::string config, state_dir, socket;
};

/// With a socket given and neither HOME nor a state folder, state_dir is empty: enough for a
/// client.
/// Errors: no HOME and nothing given; a socket path above 107 bytes (says the path and its length).
protocol::result<paths> find_paths(const path_flags& flags);

/// Makes the folder and those above it that are missing, the folder itself with mode 0700, and
/// checks that it belongs to this user and that nobody else can write to it.
protocol::result<void> make_private_dir(const std::filesystem::path& dir);

} // namespace acpd::wire
