#include "clients/cli/download.h"

#include "protocol/errors.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace acpd::cli {
namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t most_bytes = std::size_t{8} << 20;
constexpr auto longest = 35s; // curl has ended itself after 30

std::unexpected<protocol::failure> failed_with(const std::string& what, const std::string& why) {
  return std::unexpected(protocol::failure{protocol::internal_error, what + ": " + why});
}

enum class ended { whole, too_large, too_late, broken };

/// All that comes until its end. errno says what is broken.
ended read_all(int fd, clock::time_point until, std::string& out) {
  std::vector<char> bytes(64 * 1024);
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
    pollfd readable{fd, POLLIN, 0};
    if (left <= 0 || ::poll(&readable, 1, static_cast<int>(left)) == 0) return ended::too_late;
    const ssize_t n = ::read(fd, bytes.data(), bytes.size());
    if (n == 0) return ended::whole;
    if (n < 0 && errno != EINTR) return ended::broken;
    if (n > 0) out.append(bytes.data(), static_cast<std::size_t>(n));
    if (out.size() > most_bytes) return ended::too_large;
  }
}

/// Starts curl with its output in a pipe: the reading end and the child.
struct started {
  int fd = -1;
  pid_t child = -1;
  int error = 0;
};
started start_curl(const std::string& address) {
  started s;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {-1, -1, errno};
  std::vector<std::string> words{
      "curl",         "--proto",      "=https", "--proto-redir",  "=https",
      "--location",   "--max-redirs", "5",      "--fail",         "--silent",
      "--show-error", "--max-time",   "30",     "--max-filesize", std::to_string(most_bytes),
      "--",           address};
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, ends[1], 1);
  s.error = ::posix_spawnp(&s.child, "curl", &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  s.fd = ends[0];
  if (s.error != 0) ::close(s.fd);
  return s;
}

protocol::result<std::string> whole(ended how, const std::string& what, std::string text) {
  switch (how) {
  case ended::whole: return text;
  case ended::too_large: return failed_with(what, "is larger than 8 MiB: not read");
  case ended::too_late: return failed_with(what, "was not there in 30 s");
  case ended::broken: return failed_with(what, std::strerror(errno));
  }
  return text;
}

} // namespace

protocol::result<std::string> download(const std::string& address) {
  const started curl = start_curl(address);
  if (curl.error == ENOENT)
    return failed_with(address, "is fetched by curl, which is not installed: install it, or "
                                "download the file and give its name");
  if (curl.error != 0) return failed_with("curl", std::strerror(curl.error));
  std::string text;
  const ended how = read_all(curl.fd, clock::now() + longest, text);
  ::close(curl.fd);
  if (how != ended::whole) ::kill(curl.child, SIGKILL);
  int status = 0;
  while (::waitpid(curl.child, &status, 0) < 0 && errno == EINTR) {
  }
  if (how == ended::whole && status != 0)
    return failed_with(address, "could not be fetched; curl says why above");
  return whole(how, address, std::move(text));
}

protocol::result<std::string> read_document(const std::string& file) {
  const int fd = file == "-" ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed_with(file, std::strerror(errno));
  std::string text;
  const ended how = read_all(fd, clock::now() + longest, text);
  auto out = whole(how, file, std::move(text));
  ::close(fd);
  return out;
}

} // namespace acpd::cli
