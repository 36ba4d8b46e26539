#pragma once

#include "protocol/failure.h"
#include "server/wire/paths.h"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace acpd::bridge {

/// How a daemon for these paths is started: argv, or why it cannot or must not be (no acpd; inside
/// an agent, which must not start the user's own daemon below itself).
/// `config`: given by a flag; empty: the daemon finds it as the client did.
protocol::result<std::vector<std::string>> start_command(const wire::paths& where,
                                                         const std::string& config);

/// Runs `acpd serve --background` once: in a systemd user scope where systemd-run can do that, so
/// that the end of the editor's own scope does not end the daemon, else directly. Not blocking:
/// wait until fd() is readable, then call collect(). Two at once give one daemon: the second acpd
/// fails and the caller finds the first one's socket. The child is in a session of its own and has
/// none of our descriptors; destroying this does not end it. Owned by one loop; one thread.
class daemon_start {
public:
  explicit daemon_start(std::vector<std::string> command) : command_(std::move(command)) {}
  ~daemon_start() { forget(); }
  daemon_start(const daemon_start&) = delete;
  daemon_start& operator=(const daemon_start&) = delete;

  /// Begins, if it is not running already.
  void begin();
  bool running() const { return child_ > 0; }
  int fd() const { return process_fd_; }
  /// Nothing while it goes on; else whether a daemon listens now, or the last line that it said.
  std::optional<protocol::result<void>> collect();
  /// begin() and collect() in one, at most `limit_ms` long.
  protocol::result<void> run(int limit_ms);

private:
  void spawn(const std::vector<std::string>& argv);
  std::string last_words() const;
  void forget();

  std::vector<std::string> command_;
  bool in_scope_ = false; // the child runs through systemd-run
  pid_t child_ = -1;
  int process_fd_ = -1; // a pidfd
  int stderr_fd_ = -1;  // a memfd that the child writes its error to
  std::string spawn_error_;
};

} // namespace acpd::bridge
