#pragma once

#include "protocol/errors.h"
#include "protocol/failure.h"

namespace acpd::cli {

/// What acpctl's exit codes mean: in --help, too. Stable: scripts test them.
enum exit_code : int {
  ok = 0,
  failed = 1,     // or the turn did not end normally, or doctor found something wrong
  usage = 2,      // the command line
  no_daemon = 3,  // none is running, none could be started, the remote one was never reached
  no_session = 4, // no such session, or no such question
  cancelled = 130,
};

/// A failure's code where no daemon answered; JSON-RPC's codes are negative.
inline constexpr int no_daemon_failure = no_daemon;
inline constexpr int usage_failure = usage;

inline int exit_code_of(const protocol::failure& f) {
  if (f.code == protocol::not_found) return no_session;
  if (f.code == no_daemon_failure || f.code == usage_failure) return f.code;
  return failed;
}

} // namespace acpd::cli
