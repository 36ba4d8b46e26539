#include "clients/cli/relay.h"

#include "clients/cli/bridge/daemon_start.h"
#include "clients/cli/exit_codes.h"
#include "server/wire/connect_daemon.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace acpd::cli {
namespace {

constexpr int start_limit_ms = 10'000;

int complain(const std::string& text) {
  std::fprintf(stderr, "acpctl relay: %s\n", text.c_str());
  return no_daemon;
}

/// One direction; reads only what it can get rid of.
class pump {
public:
  pump(int from, int to) : from_(from), to_(to) {}

  pollfd wanted() const { return pending() ? pollfd{to_, POLLOUT, 0} : pollfd{from_, POLLIN, 0}; }
  /// Moves what can be moved. False: an end is gone.
  bool move() {
    if (!pending()) {
      const ssize_t n = ::read(from_, buffer_.data(), buffer_.size());
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
      if (n <= 0) return false;
      at_ = 0;
      end_ = static_cast<std::size_t>(n);
    }
    const ssize_t n = ::write(to_, buffer_.data() + at_, end_ - at_);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    at_ += static_cast<std::size_t>(n);
    return true;
  }

private:
  bool pending() const { return at_ < end_; }

  int from_, to_;
  std::size_t at_ = 0, end_ = 0;
  std::array<char, 64 * 1024> buffer_;
};

protocol::result<int> daemon_socket(const wire::path_flags& flags) {
  const auto where = wire::find_paths(flags);
  if (!where) return std::unexpected(where.error());
  if (auto fd = wire::connect_daemon(where->socket)) return fd;
  auto command = bridge::start_command(*where, flags.config);
  if (!command) return std::unexpected(command.error());
  const auto started = bridge::daemon_start(*std::move(command)).run(start_limit_ms);
  // Somebody else may have started one at the same time: what counts is whether one listens.
  auto fd = wire::connect_daemon(where->socket);
  if (!fd && !started) return std::unexpected(started.error());
  return fd;
}

} // namespace

int relay(const wire::path_flags& flags) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto fd = daemon_socket(flags);
  if (!fd) return complain(fd.error().text);
  pump up(STDIN_FILENO, *fd), down(*fd, STDOUT_FILENO);
  for (;;) {
    std::array<pollfd, 2> polled{up.wanted(), down.wanted()};
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) break;
    if (polled[0].revents != 0 && !up.move()) break;
    if (polled[1].revents != 0 && !down.move()) break;
  }
  ::close(*fd);
  return ok;
}

} // namespace acpd::cli
