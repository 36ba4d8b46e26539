#include "server/net/instance.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

namespace acpd::net {

protocol::result<agent::unique_fd> lock_state(const std::filesystem::path& state_dir,
                                              const std::filesystem::path& socket) {
  const std::filesystem::path file = state_dir / "daemon.lock";
  agent::unique_fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd)
    return std::unexpected(protocol::failure{
        0, "cannot write to the state folder " + state_dir.string() + " (" + std::strerror(errno) +
               "): make it writable, or name another with --state-dir"});
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    char who[256] = {};
    const ssize_t n = ::pread(fd.get(), who, sizeof who - 1, 0);
    return std::unexpected(protocol::failure{0, "another acpd has the state folder " +
                                                    state_dir.string() + ": " +
                                                    (n > 0 ? who : "it is just starting")});
  }
  const std::string text = "pid " + std::to_string(::getpid()) + ", socket " + socket.string();
  if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), text.data(), text.size(), 0) < 0)
    return std::unexpected(protocol::failure{0, "cannot write " + file.string() + ": " +
                                                    std::strerror(errno) + "; free some space"});
  return fd;
}

int detach() {
  int pipe_fds[2];
  if (::pipe2(pipe_fds, O_CLOEXEC) != 0) return -1;
  const pid_t child = ::fork();
  if (child < 0) return -1;
  if (child > 0) { // the caller: waits for the daemon's word
    ::close(pipe_fds[1]);
    ::waitpid(child, nullptr, 0);
    std::string said;
    char buffer[1024];
    for (ssize_t n; (n = ::read(pipe_fds[0], buffer, sizeof buffer)) > 0;)
      said.append(buffer, static_cast<std::size_t>(n));
    if (said == "ready") ::_exit(0);
    std::fprintf(stderr, "acpd: %s\n",
                 said.empty()
                     ? "the daemon ended while it was starting; see acpd.log in the state folder"
                     : said.c_str());
    ::_exit(1);
  }
  ::setsid();
  if (::fork() != 0) ::_exit(0);
  const int keep = ::fcntl(pipe_fds[1], F_DUPFD_CLOEXEC, 100);
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd)
    ::dup2(null, fd);
  ::close_range(3, static_cast<unsigned>(keep) - 1, 0);
  ::close_range(static_cast<unsigned>(keep) + 1, ~0U, 0);
  if (::chdir("/") != 0) ::_exit(1);
  return keep;
}

void say_ready(int fd) {
  if (fd < 0) return;
  static_cast<void>(!::write(fd, "ready", 5));
  ::close(fd);
}

void say_failed(int fd, const std::string& text) {
  if (fd < 0) {
    std::fprintf(stderr, "acpd: %s\n", text.c_str());
    return;
  }
  static_cast<void>(!::write(fd, text.data(), text.size()));
  ::close(fd);
}

} // namespace acpd::net
