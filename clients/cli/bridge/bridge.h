#pragma once

#include "clients/cli/bridge/byte_queue.h"
#include "clients/cli/bridge/cancel_hold.h"
#include "clients/cli/bridge/daemon_start.h"
#include "clients/cli/bridge/editor_fd.h"
#include "clients/cli/bridge/link_report.h"
#include "clients/cli/bridge/liveness.h"
#include "clients/cli/bridge/memory.h"
#include "clients/cli/bridge/network_watch.h"
#include "clients/cli/bridge/remote_child.h"
#include "protocol/line_splitter.h"
#include "server/wire/paths.h"

#include <chrono>
#include <optional>
#include <string>

namespace acpd::bridge {

struct options {
  wire::paths where;
  std::string config; // --config as given; empty: not given
  std::string agent;  // --agent; empty: not given
  std::optional<remote_target> remote =
      std::nullopt; // the daemon is elsewhere: none is started here
};

/// `acpctl connect`: carries lines between an editor's stdio and the daemon, and hides from the
/// editor that the daemon or the link dies. One poll loop on the calling thread; what it remembers
/// and decides is in `memory`. Memory is bounded: it stops reading the daemon while the editor does
/// not read, and the editor while too much of its own is unsettled. Owned by main(); the
/// descriptors stay the caller's and outlive it.
class bridge {
public:
  bridge(options o, int in_fd, int out_fd);
  ~bridge();
  bridge(const bridge&) = delete;
  bridge& operator=(const bridge&) = delete;

  /// Returns the exit code when the editor has gone and the daemon has all that it wrote.
  int run();

private:
  using clock = std::chrono::steady_clock;

  void step();
  bool finished() const;
  int poll_timeout_ms() const;

  void read_editor();
  void drain_editor();
  void take_line(std::string_view line, bool too_long);
  void keep_line(std::string_view line);
  void editor_gone();
  void write_editor();

  void tend_link();
  void link_up(int fd);
  void link_down();
  void no_daemon(std::string reason);
  void begin_start();
  void troubled(std::string text);
  void back_off();
  void read_link();
  void take_frame(const wire::frame_header& h, std::string_view payload);
  void refused(std::string_view payload);
  void said_goodbye(std::string_view payload);
  void write_link();
  void fill_link_queue();
  void give_up_waiting();
  void report_link();
  std::string why_no_link() const;

  // bridge_remote.cpp
  protocol::result<int> connect_remote();
  void tend_remote();
  void remote_down();

  options options_;
  int in_fd_; // -1 when the editor has closed it
  editor_fd out_;
  bool out_closed_ = false;
  memory memory_;
  cancel_hold hold_{parent_program()};
  link_report report_;
  protocol::line_splitter lines_{protocol::max_line_bytes};
  byte_queue to_editor_;

  int link_ = -1;
  bool link_writable_ = false; // false after EPIPE: what lies in the socket is still read
  wire::frame_splitter frames_;
  byte_queue to_daemon_;
  std::uint64_t sent_number_ = 0; // the last line in to_daemon_ on this link
  bool welcomed_ = false;
  clock::time_point up_since_;

  std::optional<daemon_start> start_;
  bool just_started_ = false; // a start has ended and the socket was not tried since
  bool start_allowed_ =
      true;                  // false: somebody stopped the daemon; until the editor sends something
  bool link_allowed_ = true; // false: the daemon refused us; until then, too
  std::string trouble_;      // why there is no daemon; said in errors
  std::string said_;         // the trouble that was last written to stderr
  std::chrono::milliseconds backoff_{0};
  clock::time_point next_try_;
  std::optional<clock::time_point> waiting_since_; // a request is open and there is no daemon
  std::optional<clock::time_point> end_by_;        // the editor has gone

  struct remote_link {
    explicit remote_link(remote_target target) : child(std::move(target)) {}
    remote_child child;
    liveness life;
    network_watch network;
    bool reached = false; // once: from then on the editor's requests wait as long as it takes
  };
  std::optional<remote_link> remote_;
};

/// For tests and main(): sets the signals up, runs a bridge on stdin and stdout.
int run_bridge(options o);

} // namespace acpd::bridge
