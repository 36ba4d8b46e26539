#include "indexer/files/run.h"

#include "indexer/files/unique_fd.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace acpd::index {
namespace {

using clock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::seconds(5);

std::vector<char*> environment() {
  static std::string no_locks = "GIT_OPTIONAL_LOCKS=0";
  std::vector<char*> kept;
  for (char** at = environ; *at; ++at)
    if (!std::string_view(*at).starts_with("GIT_")) kept.push_back(*at);
  kept.push_back(no_locks.data());
  kept.push_back(nullptr);
  return kept;
}

/// Starts git with its output going to `out`. 0: it could not be started.
pid_t start(std::vector<std::string> arguments, int out) {
  arguments.insert(arguments.begin(), "git");
  std::vector<char*> argv;
  for (auto& argument : arguments)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, "git", &actions, nullptr, argv.data(), environment().data());
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? pid : 0;
}

/// Reads to the end of file; false: it did not come in time.
bool read_all(int fd, std::string& output) {
  const auto until = clock::now() + patience;
  char buffer[4096];
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
    if (left <= 0) return false;
    pollfd ready{fd, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(left)) <= 0) continue;
    const auto n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    output.append(buffer, static_cast<std::size_t>(n));
  }
}

} // namespace

std::optional<std::string> run_git(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const unique_fd reader(ends[0]);
  unique_fd writer(ends[1]);
  const auto pid = start(arguments, writer.get());
  writer.reset();
  if (pid == 0) return std::nullopt;
  std::string output;
  const bool whole = read_all(reader.get(), output);
  if (!whole) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!whole || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return output;
}

} // namespace acpd::index
