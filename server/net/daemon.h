#pragma once

#include "server/wire/paths.h"

#include <string>

namespace acpd::net {

struct serve_options {
  wire::path_flags paths;
  // Of [listen] in the configuration, which they replace; empty: not given.
  std::string listen, tls_certificate, tls_key;
  bool background =
      false; // detach: into a session of its own, keeping none of the caller's descriptors
};

/// `acpd serve`: runs a daemon until SIGTERM, SIGINT or `acpctl stop`. Returns the exit code; with
/// `background` it returns in the caller as soon as the daemon listens (0) or has said on stderr
/// why it does not.
int serve(const serve_options& options);

} // namespace acpd::net
