#include "server/agent/shim/detach.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace acpd::shim {

readiness::readiness() {
  const char* text = ::getenv("ACPD_SHIM_READY_FD");
  if (!text) return;
  fd_ = agent::unique_fd(std::atoi(text));
  ::unsetenv("ACPD_SHIM_READY_FD");
}

void readiness::say(std::string line) {
  if (!fd_) return;
  line += '\n';
  static_cast<void>(!::write(fd_.get(), line.data(), line.size()));
  fd_.reset();
}

void readiness::move_to(int fd) {
  if (fd_.get() == fd)
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  else
    fd_ = agent::unique_fd(::dup3(fd_.get(), fd, O_CLOEXEC));
}

long detach(readiness& ready) {
  const pid_t pid = ::fork();
  if (pid < 0) return -1;
  if (pid > 0) ::_exit(0);
  ::setsid();
  if (ready.waited_for()) ready.move_to(3); // first: it may overwrite what stands there
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return -1;

  for (int fd = 0; fd < 3; ++fd)
    ::dup2(null, fd);
  ::close_range(ready.waited_for() ? 4 : 3, ~0U, 0);
  // Whatever leaves the agent's group stays below the shim.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  return static_cast<long>(::umask(077));
}

agent::unique_fd signal_fd() {
  // SIGXFSZ: a file limit is a full disk, an error to wait for and not an end.
  for (const int n : {SIGPIPE, SIGHUP, SIGINT, SIGQUIT, SIGXFSZ, SIGUSR1, SIGUSR2})
    ::signal(n, SIG_IGN);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  ::sigaddset(&set, SIGTERM);
  ::sigprocmask(SIG_SETMASK, &set, nullptr);
  return agent::unique_fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

} // namespace acpd::shim
