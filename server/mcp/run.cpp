#include "server/mcp/run.h"

#include "protocol/envelope.h"
#include "protocol/line_splitter.h"
#include "server/mcp/server.h"
#include "server/wire/connect_daemon.h"
#include "server/wire/paths.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace acpd::mcp {
namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr const char* usage =
    "usage: acpd mcp\n"
    "\n"
    "The code index for the agent of a session: an MCP server on stdin and stdout, with the tools\n"
    "code_search, symbol, outline, related, repo_map and index_status. acpd puts it into the\n"
    "mcpServers of every session; it needs ACPD_SOCKET and ACPD_MCP_TOKEN, which stand there.\n";

constexpr auto between_tries = 100ms;
constexpr std::size_t longest_client_line = std::size_t{1} << 20;

/// poll() over stdin, stdout, the daemon and the parent. Owned by run().
class loop {
public:
  loop(std::string socket, std::string token)
      : socket_(std::move(socket)), token_(std::move(token)),
        parent_(static_cast<int>(::syscall(SYS_pidfd_open, ::getppid(), 0))) {}
  ~loop() {
    leave_daemon();
    if (parent_ >= 0) ::close(parent_);
  }
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  int run() {
    while (!over_) {
      const auto now = clock::now();
      if (server_.needs_daemon() && daemon_ < 0 && now >= next_try_) enter_daemon(now);
      server_.expire(now, daemon_ < 0 ? why_not_ : std::string());
      wait();
    }
    return 0;
  }

private:
  void wait() {
    const bool writes = !server_.to_client.empty();
    std::array<pollfd, 4> fds{{{0, POLLIN, 0},
                               {writes ? 1 : -1, POLLOUT, 0},
                               {daemon_, daemon_events(), 0},
                               {parent_, POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), timeout()) < 0 && errno != EINTR) over_ = true;
    // The parent may end without closing our stdin: others may hold its other end.
    if (fds[3].revents != 0) over_ = true;
    if (fds[2].revents != 0) on_daemon(fds[2].revents);
    if (fds[0].revents != 0) on_input();
    if (fds[1].revents != 0) write_client();
  }

  short daemon_events() const {
    return static_cast<short>(POLLIN | (server_.to_daemon.empty() ? 0 : POLLOUT));
  }
  int timeout() const {
    if (!server_.needs_daemon()) return -1;
    return daemon_ < 0 ? static_cast<int>(between_tries.count()) : 500;
  }

  void on_input() {
    const ssize_t n = ::read(0, buffer_.data(), buffer_.size());
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
      over_ = true;
      return;
    }
    client_lines_.feed({buffer_.data(), static_cast<std::size_t>(n)},
                       [this](std::string_view line, std::size_t, bool too_long) {
                         if (too_long)
                           server_.client_line_too_long();
                         else
                           server_.client_line(line, clock::now());
                       });
  }

  void write_client() {
    std::string& out = server_.to_client;
    // As much as a pipe that poll() calls writable takes without blocking.
    const ssize_t n = ::write(1, out.data(), std::min<std::size_t>(out.size(), PIPE_BUF));
    if (n > 0) out.erase(0, static_cast<std::size_t>(n));
    if (n < 0 && errno != EAGAIN && errno != EINTR) over_ = true;
  }

  void enter_daemon(clock::time_point now) {
    next_try_ = now + between_tries;
    auto fd = wire::connect_daemon(socket_);
    if (!fd) {
      why_not_ = fd.error().text;
      return;
    }
    daemon_ = *fd;
    server_.to_daemon = "ACPD-MCP/1 " + token_ + "\n";
  }

  void leave_daemon() {
    if (daemon_ >= 0) ::close(daemon_);
    daemon_ = -1;
    daemon_lines_.reset();
  }

  void on_daemon(short events) {
    std::string& out = server_.to_daemon;
    if ((events & POLLOUT) != 0) {
      const ssize_t n = ::send(daemon_, out.data(), out.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n > 0) out.erase(0, static_cast<std::size_t>(n));
    }
    if ((events & ~POLLOUT) == 0) return;
    const ssize_t n = ::recv(daemon_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n > 0)
      return daemon_lines_.feed({buffer_.data(), static_cast<std::size_t>(n)},
                                [this](std::string_view line, std::size_t, bool too_long) {
                                  if (!too_long) server_.daemon_line(line);
                                });
    leave_daemon();
    server_.daemon_lost();
    next_try_ = clock::now() + between_tries;
  }

  const std::string socket_, token_;
  const int parent_; // pidfd; -1: the kernel has none
  int daemon_ = -1;
  server server_;
  protocol::line_splitter client_lines_{longest_client_line};
  protocol::line_splitter daemon_lines_{protocol::max_line_bytes};
  std::array<char, 64 * 1024> buffer_{};
  clock::time_point next_try_{};
  std::string why_not_; // the daemon could not be reached
  bool over_ = false;
};

} // namespace

int run(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0;
    std::fputs(usage, help ? stdout : stderr);
    return help ? 0 : 2;
  }
  const char* token = std::getenv("ACPD_MCP_TOKEN");
  const auto where = wire::find_paths({});
  if (!token || !*token || !where) {
    std::fprintf(stderr, "acpd mcp: %s\n%s",
                 where ? "ACPD_MCP_TOKEN is not set" : where.error().text.c_str(), usage);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  return loop(where->socket.string(), token).run();
}

} // namespace acpd::mcp
