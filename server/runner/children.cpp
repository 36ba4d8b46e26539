#include "server/runner/children.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace acpd::runner {
namespace {

constexpr std::size_t read_bytes = 64 * 1024;

// Reads after the child has ended: only what fits into a pipe can be left, and one that escaped its
// group may go on writing.
constexpr int last_reads = 16;

} // namespace

children::~children() {
  for (auto& [pid, c] : children_) {
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    if (c.fd >= 0) ::close(c.fd);
  }
}

protocol::result<void> children::start(child_key key, const std::vector<std::string>& argv,
                                       const std::string& cwd, const std::string& mark,
                                       bool whole) {
  auto started = spawn(argv, cwd, mark);
  if (!started) return std::unexpected(started.error());
  children_.emplace(started->pid, child{key, started->output, whole, {}});
  return {};
}

void children::add_poll(std::vector<pollfd>& fds) const {
  for (const auto& [pid, c] : children_)
    if (c.fd >= 0) fds.push_back({c.fd, POLLIN, 0});
}

void children::read(const std::vector<pollfd>& fds) {
  for (auto& [pid, c] : children_) {
    if (c.fd < 0) continue;
    auto ready = std::ranges::find(fds, c.fd, &pollfd::fd);
    if (ready != fds.end() && ready->revents != 0) read_some(c);
  }
}

void children::read_some(child& c) {
  thread_local std::array<char, read_bytes> buffer;
  auto n = ::read(c.fd, buffer.data(), buffer.size());
  if (n > 0) {
    if (!c.whole || c.output.size() < output_whole_bytes)
      c.output.append(buffer.data(), static_cast<std::size_t>(n));
    if (c.output.size() > read_bytes) keep_tail(c);
  } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
    ::close(c.fd);
    c.fd = -1;
  }
}

void children::keep_tail(child& c) {
  if (!c.whole && c.output.size() > output_tail_bytes)
    c.output.erase(0, c.output.size() - output_tail_bytes);
}

std::string children::take(child_key key) {
  for (auto& [pid, c] : children_)
    if (c.key.job == key.job && c.key.item == key.item) return std::exchange(c.output, {});
  return {};
}

std::vector<ended_child> children::reap() {
  std::vector<ended_child> ended;
  for (;;) {
    siginfo_t info{};
    // Looked at first and waited for later: while the leader is a zombie its group's number cannot
    // be given to anybody else.
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) break;
    auto pid = info.si_pid;
    auto found = children_.find(pid);
    if (found != children_.end()) ::kill(-pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (found == children_.end()) continue;
    auto& c = found->second;
    for (int i = 0; i < last_reads && c.fd >= 0; ++i)
      read_some(c);
    if (c.fd >= 0) ::close(c.fd);
    keep_tail(c);
    ended.push_back({c.key, status, std::move(c.output)});
    children_.erase(found);
  }
  return ended;
}

void children::kill_job(std::int64_t job) {
  for (const auto& [pid, c] : children_)
    if (c.key.job == job) ::kill(-pid, SIGKILL);
}

} // namespace acpd::runner
