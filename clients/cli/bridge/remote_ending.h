#pragma once

#include "clients/cli/bridge/remote_target.h"

#include <string>
#include <string_view>

namespace acpd::bridge {

/// How one run of the program that is the way to a remote daemon has ended.
struct remote_ending {
  enum class verdict : unsigned char {
    broken,   // the network or the other side, for now: tried again
    unusable, // as things are it cannot work; tried again only where it has worked before
    refused,  // the daemon does not want us: tried again only when the editor sends something
  };
  verdict what = verdict::broken;
  std::string text; // one sentence for a person, with what to do; empty: nothing was said
};

/// What an exit code and the last line on stderr mean: acpd-wss says both itself, ssh leaves one
/// code for all that is wrong with a connection. `code`: -1 when it was ended by us or a signal.
remote_ending judge_ending(const remote_target& target, int code, std::string_view said);

} // namespace acpd::bridge
