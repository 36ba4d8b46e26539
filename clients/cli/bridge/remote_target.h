#pragma once

#include "protocol/failure.h"

#include <string>
#include <string_view>
#include <vector>

namespace acpd::bridge {

/// Where a remote daemon is: `acpctl connect --remote`. The transport to it is a program whose
/// stdin and stdout are the bridge's byte stream.
struct remote_target {
  std::vector<std::string> command; // argv; the first is looked for on PATH, or is a path
  std::string token;                // for the program's environment (ACPD_TOKEN); empty: none
  std::string ssh_host;             // as given, [user@]host; empty: the program is acpd-wss
};

struct remote_options {
  std::string url;        // --remote; empty: the daemon is here
  std::string token_file; // --token-file
  std::string ca_file;    // --ca: of a certificate that the system does not know
};

/// ssh://[user@]host[:port] runs `acpctl relay` there through the user's own ssh; wss://host[:port]
/// and, on loopback only, ws://host:port run acpd-wss. Errors say what is wrong with the address
/// or the token's file.
protocol::result<remote_target> find_remote(const remote_options& o);

} // namespace acpd::bridge
