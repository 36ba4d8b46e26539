#include "server/agent/shim/child.h"

#include "server/agent/unique_fd.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace acpd::shim {
namespace {

using agent::unique_fd;

void default_signals() {
  for (int n = 1; n < NSIG; ++n)
    ::signal(n, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Runs in the new process. Returns only with an errno.
int become(const child_spec& spec, pid_t shim) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != shim) return ESRCH; // it died before the signal was asked for
  default_signals();
  ::umask(spec.mask);
  if (::chdir(spec.cwd) != 0) return errno;
  if (::dup2(spec.in, 0) < 0 || ::dup2(spec.out, 1) < 0 || ::dup2(spec.err, 2) < 0) return errno;
  environ = const_cast<char**>(spec.env); // execvp looks at the PATH in here
  ::execvp(spec.argv[0], spec.argv);
  return errno;
}

} // namespace

child start_child(const child_spec& spec) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {0, errno};
  const unique_fd read_end(ends[0]);
  unique_fd write_end(ends[1]);
  const pid_t shim = ::getpid();
  const pid_t pid = ::fork(); // the shim is small: this costs 0.1 ms
  if (pid < 0) return {0, errno};
  if (pid == 0) {
    const int error = become(spec, shim);
    static_cast<void>(!::write(write_end.get(), &error, sizeof error));
    ::_exit(127);
  }
  ::setpgid(pid, pid); // both sides, so that neither can be first and miss it
  write_end.reset();
  int error = 0;
  ssize_t n = 0;
  while ((n = ::read(read_end.get(), &error, sizeof error)) < 0 && errno == EINTR) {
  }
  if (n != sizeof error) return {pid, 0};
  ::waitpid(pid, nullptr, 0);
  return {0, error};
}

} // namespace acpd::shim
