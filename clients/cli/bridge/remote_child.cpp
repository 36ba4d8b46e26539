#include "clients/cli/bridge/remote_child.h"

#include "clients/cli/bridge/spawn_apart.h"
#include "protocol/errors.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace acpd::bridge {
namespace {

std::unexpected<protocol::failure> failed(std::string text) {
  return std::unexpected(protocol::failure{protocol::internal_error, std::move(text)});
}

} // namespace

protocol::result<int> remote_child::start() {
  stop();
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return failed(std::string("no socket: ") + std::strerror(errno));
  stderr_fd_ = ::memfd_create("acpctl-remote", MFD_CLOEXEC);

  std::vector<char*> argv;
  for (std::string& word : target_.command)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  // The token goes by the environment of this one process: in no argv, in no file.
  std::string token = "ACPD_TOKEN=" + target_.token;
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (std::strncmp(*entry, "ACPD_TOKEN=", 11) != 0) environment.push_back(*entry);
  if (!target_.token.empty()) environment.push_back(token.data());
  environment.push_back(nullptr);

  const auto child =
      spawn_apart(std::move(argv), std::move(environment),
                  {.in = ends[1], .out = ends[1], .err = stderr_fd_ < 0 ? ends[1] : stderr_fd_});
  ::close(ends[1]);
  if (!child) {
    child_ = -1;
    ::close(ends[0]);
    return failed("cannot start " + target_.command[0] + ": " + std::strerror(child.error()));
  }
  child_ = *child;
  ::fcntl(ends[0], F_SETFL, ::fcntl(ends[0], F_GETFL) | O_NONBLOCK);
  return ends[0];
}

remote_ending remote_child::stop() {
  remote_ending how;
  if (child_ > 0) {
    int status = 0;
    // What has ended by itself has said why; the rest is ended, with what it started.
    if (::waitpid(child_, &status, WNOHANG) != child_) {
      ::kill(-child_, SIGKILL);
      ::waitpid(child_, &status, 0);
    }
    how = judge_ending(target_, WIFEXITED(status) ? WEXITSTATUS(status) : -1, last_words());
    child_ = -1;
  }
  if (stderr_fd_ >= 0) ::close(stderr_fd_);
  stderr_fd_ = -1;
  return how;
}

std::string remote_child::last_words() const {
  char text[4096];
  const off_t end = stderr_fd_ < 0 ? 0 : ::lseek(stderr_fd_, 0, SEEK_END);
  const off_t from = std::max<off_t>(0, end - static_cast<off_t>(sizeof text));
  const ssize_t n = end <= 0 ? 0 : ::pread(stderr_fd_, text, sizeof text, from);
  std::string_view words(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  while (words.ends_with('\n') || words.ends_with('\r'))
    words.remove_suffix(1);
  return std::string(words.substr(words.rfind('\n') + 1));
}

} // namespace acpd::bridge
