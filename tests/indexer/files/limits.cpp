#include "tests/indexer/files/limits.h"

#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <sched.h>
#include <stdexcept>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace acpd::index::test {
namespace {

constexpr auto not_allowed = "user namespaces are not allowed here: "
                             "sysctl kernel.unprivileged_userns_clone=1";

bool put(const std::string& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  return static_cast<bool>(out.flush());
}

struct user {
  std::string uid = std::to_string(::getuid()), gid = std::to_string(::getgid());
};

int run(const user& u, const std::map<std::string, int>& limits,
        const std::function<bool()>& body) {
  if (!put("/proc/self/setgroups", "deny") || !put("/proc/self/uid_map", "0 " + u.uid + " 1") ||
      !put("/proc/self/gid_map", "0 " + u.gid + " 1"))
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
  const user before;
  // Not fork() and unshare(): a process with a second thread, such as ThreadSanitizer's, may not
  // change its user namespace, but may begin a child in another.
  const auto child = static_cast<pid_t>(::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  if (child == 0) ::_exit(run(before, limits, body));
  if (child < 0) throw std::runtime_error(not_allowed);
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid");
  if (!WIFEXITED(status)) throw std::runtime_error("the child was killed");
  if (WEXITSTATUS(status) == 3) throw std::runtime_error(not_allowed);
  return WEXITSTATUS(status) == 0;
}

} // namespace acpd::index::test
