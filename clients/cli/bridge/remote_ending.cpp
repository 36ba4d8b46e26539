#include "clients/cli/bridge/remote_ending.h"

#include "clients/cli/exit_codes.h"

#include <algorithm>
#include <array>

namespace acpd::bridge {
namespace {

using verdict = remote_ending::verdict;

// acpd-wss: clients/wss/README.md.
constexpr int wss_refused = 77;
constexpr int wss_unusable = 78;

// ssh(1): 255 for an error of its own, else the code of the command there.
constexpr int ssh_error = 255;
constexpr int not_executable = 126, not_found = 127; // a shell's, and env's

/// What ssh says when trying again would say the same; of a network that is down it says others.
constexpr std::array<std::string_view, 7> lasting{
    "Permission denied",
    "Host key verification failed",
    "Too many authentication",
    "Could not resolve hostname",
    "Bad configuration option",
    "Bad owner or permissions",
    "no matching "}; // … host key type, cipher, key exchange method found

bool is_lasting(std::string_view said) {
  const auto says = [&](std::string_view part) { return said.find(part) != said.npos; };
  return std::ranges::any_of(lasting, says) && !says("Temporary failure"); // in name resolution
}

/// What a person types to see for themselves.
std::string by_hand(const remote_target& target) {
  const auto port = std::ranges::find(target.command, "-p");
  const std::string given = port == target.command.end() ? "" : "-p " + *std::next(port) + " ";
  return "ssh " + given + target.ssh_host + " true";
}

remote_ending of_ssh(const remote_target& target, int code, std::string_view said) {
  const std::string words(said), &host = target.ssh_host;
  switch (code) {
  case not_executable:
  case not_found:
    return {verdict::unusable, "acpctl is not installed on " + host +
                                   ", or not on its PATH or in ~/.local/bin: " + words};
  case cli::no_daemon: // `acpctl relay` there
    return {verdict::unusable, "on " + host + ": " + words};
  case ssh_error:
    if (is_lasting(said))
      return {verdict::unusable, "ssh does not get into " + host + " by itself: " + words +
                                     ": try `" + by_hand(target) + "` in a terminal"};
    break;
  default: break;
  }
  return {verdict::broken, words};
}

} // namespace

remote_ending judge_ending(const remote_target& target, int code, std::string_view said) {
  if (!target.ssh_host.empty()) return of_ssh(target, code, said);
  const auto what = code == wss_refused    ? verdict::refused
                    : code == wss_unusable ? verdict::unusable
                                           : verdict::broken;
  constexpr std::string_view own_name = "acpd-wss: ";
  if (said.starts_with(own_name)) said.remove_prefix(own_name.size());
  return {what, std::string(said)};
}

} // namespace acpd::bridge
