// What the end of ssh or acpd-wss means for the bridge.
#include "clients/cli/bridge/remote_ending.h"

#include <catch2/catch.hpp>

using namespace acpd::bridge;
using verdict = remote_ending::verdict;

namespace {

const remote_target wss{.command = {"acpd-wss"}, .token = "t", .ssh_host = ""};
const remote_target ssh{.command = {"ssh"}, .token = "", .ssh_host = "me@box"};

} // namespace

TEST_CASE("acpd-wss's exit code is the verdict, its sentence is said without its name") {
  const auto refused = judge_ending(wss, 77, "acpd-wss: h:1 refused: 401");
  CHECK(refused.what == verdict::refused);
  CHECK(refused.text == "h:1 refused: 401");
  CHECK(judge_ending(wss, 78, "acpd-wss: no trust").what == verdict::unusable);
  CHECK(judge_ending(wss, 1, "acpd-wss: cannot connect").what == verdict::broken);
  CHECK(judge_ending(wss, 0, "").what == verdict::broken);
  CHECK(judge_ending(wss, -1, "").what == verdict::broken);
}

TEST_CASE("ssh's own errors last when its words say so, and are the network's otherwise") {
  for (const char* said : {"me@box: Permission denied (publickey,password).",
                           "Host key verification failed.", "box: Too many authentication failures",
                           "ssh: Could not resolve hostname box: Name or service not known",
                           "command-line: line 0: Bad configuration option: x",
                           "Unable to negotiate with 10.0.0.1 port 22: no matching host key type "
                           "found. Their offer: ssh-rsa"}) {
    INFO(said);
    CHECK(judge_ending(ssh, 255, said).what == verdict::unusable);
  }
  for (const char* said : {"ssh: connect to host box port 22: Connection refused",
                           "ssh: connect to host box port 22: No route to host",
                           "client_loop: send disconnect: Broken pipe",
                           "ssh: Could not resolve hostname box: Temporary failure in name "
                           "resolution",
                           ""}) {
    INFO(said);
    const auto ending = judge_ending(ssh, 255, said);
    CHECK(ending.what == verdict::broken);
    CHECK(ending.text == said);
  }
}

TEST_CASE("a code of the command there: acpctl is missing, or has no daemon") {
  CHECK(judge_ending(ssh, 127, "env: 'acpctl': No such file").what == verdict::unusable);
  CHECK(judge_ending(ssh, 126, "Permission denied").text.starts_with("acpctl is not installed"));
  CHECK(judge_ending(ssh, 3, "acpctl relay: no acpd").text == "on me@box: acpctl relay: no acpd");
  CHECK(judge_ending(ssh, 0, "").what == verdict::broken); // the daemon there has ended
  // A word that means something else in what the daemon's machine says.
  CHECK(judge_ending(ssh, 1, "Permission denied").what == verdict::broken);
}
