#include "server/runner/runner.h"

#include "protocol/line_splitter.h"
#include "server/runner/agent.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace acpd::runner {
namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// How long the last answers may take to be read once stdin has ended.
constexpr auto farewell = 2s;

constexpr const char* usage =
    "usage: acpd runner\n"
    "\n"
    "The built-in agent: speaks ACP v1 on stdin and stdout and runs commands over many files.\n"
    "It is started by acpd or by an editor, not by hand; send it /help as a prompt.\n"
    "\n"
    "Its database: $ACPD_RUNNER_STATE (a file), else $ACPD_STATE_DIR/runner.db, else\n"
    "$XDG_STATE_HOME/acpd/runner.db, else ~/.local/state/acpd/runner.db\n";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string database_path() {
  if (auto file = variable("ACPD_RUNNER_STATE"); !file.empty()) return file;
  if (auto folder = variable("ACPD_STATE_DIR"); !folder.empty()) return folder + "/runner.db";
  if (auto home = variable("XDG_STATE_HOME"); !home.empty()) return home + "/acpd/runner.db";
  auto home = variable("HOME");
  return (home.empty() ? "/var/tmp" : home) + "/.local/state/acpd/runner.db";
}

// SIGCHLD only wakes poll(); the others end the loop.
int take_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP})
    ::sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// A full pipe must not keep a cancel from being read. Terminals and files are left alone: their
// description may be shared, and they do not block for long.
void never_block(int fd) {
  struct stat kind{};
  if (::fstat(fd, &kind) == 0 && (S_ISFIFO(kind.st_mode) || S_ISSOCK(kind.st_mode)))
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/// poll() over stdin, stdout, signals and the children's output. Owned by run().
class loop {
public:
  loop() : agent_(database_path()), signals_(take_signals()) { never_block(1); }
  ~loop() { ::close(signals_); }
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  int run() {
    while (!(stopping_ && agent_.idle())) {
      if (stopping_ && clock::now() > *stopping_) break;
      wait();
      if (lost_output_) return 1;
    }
    return 0;
  }

private:
  void wait() {
    fds_.clear();
    fds_.push_back({signals_, POLLIN, 0});
    fds_.push_back({stopping_ ? -1 : 0, POLLIN, 0});
    fds_.push_back({agent_.out().ready().empty() ? -1 : 1, POLLOUT, 0});
    agent_.processes().add_poll(fds_);
    int timeout = agent_.poll_timeout_ms();
    if (stopping_ && timeout < 0) timeout = 100;
    if (::poll(fds_.data(), fds_.size(), timeout) < 0 && errno != EINTR) stop();
    if (fds_[0].revents != 0) on_signal();
    if (fds_[1].revents != 0) on_input();
    agent_.processes().read(fds_);
    agent_.advance(clock::now());
    write_output();
  }

  void on_signal() {
    signalfd_siginfo info{};
    while (::read(signals_, &info, sizeof info) == sizeof info)
      if (info.ssi_signo != SIGCHLD) stop();
  }

  void on_input() {
    auto n = ::read(0, buffer_.data(), buffer_.size());
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) return stop();
    lines_.feed({buffer_.data(), static_cast<std::size_t>(n)},
                [this](std::string_view line, std::size_t, bool too_long) {
                  agent_.on_line(line, too_long);
                });
  }

  void write_output() {
    auto& ready = agent_.out().ready();
    if (ready.empty()) return;
    auto n = ::write(1, ready.data(), ready.size());
    if (n > 0) ready.erase(0, static_cast<std::size_t>(n));
    if (n < 0 && errno != EAGAIN && errno != EINTR) lost_output_ = true;
  }

  void stop() {
    if (stopping_) return;
    stopping_ = clock::now() + farewell;
    agent_.advance(clock::now()); // what was read before the end is still begun, then cancelled
    agent_.stop();
  }

  agent agent_;
  int signals_;
  protocol::line_splitter lines_{protocol::max_line_bytes};
  std::array<char, 64 * 1024> buffer_{};
  std::vector<pollfd> fds_;
  std::optional<clock::time_point> stopping_;
  bool lost_output_ = false;
};

} // namespace

int run(int argc, char** argv) {
  if (argc > 1) {
    bool help = std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0;
    std::fputs(usage, help ? stdout : stderr);
    return help ? 0 : 2;
  }
  return std::make_unique<loop>()->run();
}

} // namespace acpd::runner
