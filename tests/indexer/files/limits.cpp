#include "tests/indexer/files/limits.h"

#include <exception>
#include <fstream>
#include <iostream>
#include <sched.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace acpd::index::test {
namespace {

bool put(const std::string& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  return static_cast<bool>(out.flush());
}

int run(const std::map<std::string, int>& limits, const std::function<bool()>& body) {
  const auto uid = std::to_string(::getuid()), gid = std::to_string(::getgid());
  if (::unshare(CLONE_NEWUSER) != 0) return 3;
  if (!put("/proc/self/setgroups", "deny") || !put("/proc/self/uid_map", "0 " + uid + " 1") ||
      !put("/proc/self/gid_map", "0 " + gid + " 1"))
    return 3;
  for (const auto& [name, value] : limits)
    if (!put("/proc/sys/user/" + name, std::to_string(value))) return 3;
  try {
    return body() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}

} // namespace

bool with_limits(const std::map<std::string, int>& limits, const std::function<bool()>& body) {
  const auto child = ::fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) ::_exit(run(limits, body));
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid");
  if (!WIFEXITED(status)) throw std::runtime_error("the child was killed");
  if (WEXITSTATUS(status) == 3)
    throw std::runtime_error("user namespaces are not allowed here: "
                             "sysctl kernel.unprivileged_userns_clone=1");
  return WEXITSTATUS(status) == 0;
}

} // namespace acpd::index::test
