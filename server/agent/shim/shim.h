#pragma once

#include "server/agent/shim/ending.h"
#include "server/agent/shim/input.h"
#include "server/agent/shim/link.h"
#include "server/agent/shim/options.h"
#include "server/agent/shim/output.h"
#include "server/agent/shim/spool.h"
#include "server/agent/shim/state_file.h"
#include "server/agent/shim/stderr_log.h"
#include "server/agent/shim/terminals.h"

#include <optional>
#include <poll.h>
#include <vector>

namespace acpd::shim {

/// One agent's shim: SHIM.md. Owns the agent's pipes and everything that is kept for the daemon;
/// one thread, one poll loop, nothing in it blocks. Owned by main; `state` must outlive it.
class shim {
public:
  shim(const options& o, state_file& state, agent::unique_fd listener, agent::unique_fd signals,
       mode_t mask);

  /// Starts the agent; a failure is its exit, with spawn_errno.
  void start();
  /// Returns when the shim may go.
  void run();

private:
  void prepare(instant now);
  int timeout(instant now) const; // ms; -1: none
  void wait(instant now);
  void handle(instant now);
  void read_signals(instant now);
  void reap();
  void accept_one();
  void read_link(instant now);
  void read_pending(instant now);
  void attach(std::uint64_t committed);
  void detach(instant now);
  void on_frame(const wire::frame_header& h, std::string_view payload, instant now);
  void on_terminal_frame(const wire::frame_header& h, std::string_view payload);
  void read_agent(instant now);
  void read_stderr();
  void tick(instant now);
  void end_step(instant now);
  int sweep();
  void finish(instant now);
  void flush(instant now, const fresh_bytes& fresh);
  void say_progress();
  void say_exit();

  void acknowledge(std::uint64_t offset);
  ending::facts facts() const { return {alive_, out_.is_open()}; }
  bool attached() const { return link_ && link_->attached(); }
  instant linger_at() const;
  bool may_go(instant now) const;

  const options options_;
  state_file& state_;
  agent::unique_fd listener_, signals_, errors_;
  const mode_t mask_;
  spool spool_;
  output out_;
  input in_;
  stderr_log log_;
  terminals terminals_;
  ending ending_;
  std::optional<link> link_;    // the daemon, attached
  std::optional<link> pending_; // connected, has not said attach
  std::vector<pollfd> set_;
  std::vector<std::uint64_t> polled_terminals_;
  std::chrono::seconds linger_;
  instant detached_at_ = clock::now();
  instant go_at_ = never;     // leave then, whatever a daemon may still want
  bool alive_ = false;        // the agent has not been waited for
  bool finished_ = false;     // its tree has ended and its output is in the spool
  bool released_ = false;     // the daemon said kill
  bool leaving_ = false;      // linger has run out, or SIGTERM
  bool progress_due_ = false; // though nothing moved: a message came again
  agent::shim_progress said_; // to the daemon that is attached

  bool exit_said_ = false; // on this link
};

} // namespace acpd::shim
