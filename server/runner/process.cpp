#include "server/runner/process.h"

#include "protocol/errors.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace acpd::runner {
namespace {

std::unexpected<protocol::failure> failed(const std::string& what, int error) {
  return std::unexpected(
      protocol::failure{protocol::internal_error, what + ": " + std::strerror(error)});
}

std::vector<std::string> environment_with(const std::string& mark) {
  std::vector<std::string> out;
  std::string prefix = std::string(mark_variable) + "=";
  for (char** e = environ; *e != nullptr; ++e)
    if (!std::string_view(*e).starts_with(prefix)) out.emplace_back(*e);
  out.push_back(prefix + mark);
  return out;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (const auto& s : strings)
    out.push_back(const_cast<char*>(s.c_str()));
  out.push_back(nullptr);
  return out;
}

struct child_plan {
  char* const* argv;
  char* const* envp;
  const char* cwd;
  int output;   // becomes stdout and stderr
  pid_t parent; // if it is no longer the parent, it died before PDEATHSIG was set
};

// Runs between vfork and exec: only async-signal-safe calls, nothing allocated, never returns.
[[noreturn]] void become(const child_plan& plan, volatile int& error) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) ::_exit(127);
  ::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  int null = ::open("/dev/null", O_RDONLY);
  if (null < 0 || ::dup2(null, 0) < 0 || ::dup2(plan.output, 1) < 0 || ::dup2(plan.output, 2) < 0 ||
      ::chdir(plan.cwd) != 0) {
    error = errno;
    ::_exit(127);
  }
  if (null > 2) ::close(null);
  ::execvpe(plan.argv[0], plan.argv, plan.envp);
  error = errno;
  ::_exit(127);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Field 22 of /proc/PID/stat. The name in field 2 may contain blanks and parentheses.
std::string start_time(pid_t pid) {
  auto stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  auto at = stat.rfind(')');
  if (at == std::string::npos || stat.substr(at).starts_with(") Z")) return {};
  for (int field = 2; field < 22 && at != std::string::npos; ++field)
    at = stat.find(' ', at + 1);
  if (at == std::string::npos) return {};
  return stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}

} // namespace

// posix_spawn cannot set PDEATHSIG; vfork costs the same (it is what posix_spawn does inside).
protocol::result<spawned> spawn(const std::vector<std::string>& argv, const std::string& cwd,
                                const std::string& mark) {
  auto environment = environment_with(mark);
  auto argp = pointers(argv);
  auto envp = pointers(environment);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return failed("cannot start " + argv[0], errno);
  child_plan plan{argp.data(), envp.data(), cwd.c_str(), pipe[1], ::getpid()};
  volatile int error = 0;
  pid_t pid = ::vfork();
  if (pid == 0) become(plan, error);
  int reason = pid < 0 ? errno : error;
  ::close(pipe[1]);
  if (reason != 0) {
    ::close(pipe[0]);
    if (pid > 0) ::waitpid(pid, nullptr, 0);
    return failed("cannot start " + argv[0] + " in " + cwd, reason);
  }
  ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
  return spawned{pid, pipe[0]};
}

std::string process_identity(pid_t pid) {
  auto boot = read_file("/proc/sys/kernel/random/boot_id");
  if (boot.ends_with('\n')) boot.pop_back();
  return boot + ":" + std::to_string(pid) + ":" + start_time(pid);
}

bool same_boot(const std::string& a, const std::string& b) {
  return a.substr(0, a.find(':')) == b.substr(0, b.find(':'));
}

bool is_alive(const std::string& identity) {
  auto begin = identity.find(':');
  if (begin == std::string::npos) return false;
  pid_t pid = 0;
  auto [end, ec] =
      std::from_chars(identity.data() + begin + 1, identity.data() + identity.size(), pid);
  if (ec != std::errc{} || pid <= 0 || start_time(pid).empty()) return false;
  return process_identity(pid) == identity;
}

int kill_marked(const std::string& mark) {
  int killed = 0;
  auto entry = std::string(mark_variable) + "=" + mark;
  auto* proc = ::opendir("/proc");
  if (proc == nullptr) return 0;
  while (auto* found = ::readdir(proc)) {
    pid_t pid = 0;
    std::string_view name = found->d_name;
    auto [end, ec] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (ec != std::errc{} || end != name.data() + name.size() || pid == ::getpid()) continue;
    // The variables are separated by NULs; the first has none before it.
    auto environment = std::string(1, '\0') + read_file("/proc/" + std::string(name) + "/environ");
    if (environment.find('\0' + entry + '\0') == std::string::npos) continue;
    if (::kill(pid, SIGKILL) == 0) ++killed;
  }
  ::closedir(proc);
  return killed;
}

} // namespace acpd::runner
