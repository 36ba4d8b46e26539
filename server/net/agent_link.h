#pragma once

#include "protocol/line_splitter.h"
#include "server/agent/shim_codec.h"
#include "server/agent/shim_frames.h"
#include "server/agent/spawn.h"
#include "server/agent/unique_fd.h"
#include "server/core/handshake.h"
#include "server/net/asio.h"
#include "server/net/terminal_looks.h"
#include "server/store/records.h"
#include "server/wire/config.h"
#include "server/wire/frame.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::net {

class hub;
struct session_host;

/// One agent process, seen through its shim: from the order to start it until its folder is gone.
/// Does the handshake, gives each of the agent's lines to the session's core, sends numbered lines,
/// runs its terminals. Owned by the hub (and by the session that it serves); session thread.
class agent_link : public std::enable_shared_from_this<agent_link> {
public:
  /// An answer to a request of acpd's own: raw result or raw error, the other one empty.
  using answer = std::move_only_function<void(std::string_view result, std::string_view error)>;
  /// The process could not be had: fit to show; `error`: the agent's own error object, or empty.
  using failed = std::move_only_function<void(std::string text, std::string error)>;

  agent_link(hub& h, std::int64_t id, std::string agent_name, std::string dir);

  std::int64_t id() const { return id_; }
  const std::string& agent_name() const { return agent_name_; }
  const std::string& dir() const { return dir_; }
  std::uint64_t consumed() const { return consumed_; }
  std::uint64_t next_n() const;
  std::uint64_t take_n();
  const agent::shim_hello& hello() const { return hello_; }
  session_host* host() const { return host_; }
  const core::handshake& handshake() const { return handshake_; }
  bool usable() const { return !gone_ && !stopping_; }
  protocol::acp_version version() const { return handshake_.version(); } // once initialised

  // agent_start.cpp
  /// Starts the shim and, through it, the agent; then initialises it. `auth`: params of the last
  /// successful authenticate, or empty. The environment in `env_file` counts before `what.env`, the
  /// configuration's before both.
  void start(agent::spawn_spec what, const wire::agent_config& configured,
             std::filesystem::path env_file, std::string auth);
  void abandon();
  void on_failed(failed f) { failed_ = std::move(f); }
  /// Who is given the agent's requests, and their withdrawal, while it has no session. False: it
  /// cannot answer, so that acpd refuses.
  using asked = std::move_only_function<bool(std::string_view line, const protocol::envelope& e)>;
  void on_asked(asked f) { asked_ = std::move(f); }
  /// Runs when initialize has been answered (at once, if it has).
  void when_initialised(std::move_only_function<void()> f);
  /// A session for `what`; on_open(link) once the agent has it.
  void open(core::opening what, std::move_only_function<void()> on_open);
  /// Another try after a failed session/new, e.g. for want of an authenticate.
  void reopen() { handshake_.retry(); }
  /// From now on its lines go to this session.
  void serve(session_host& host) { host_ = &host; }
  /// The agent has the session: it takes prompts, and lines that came early are handed over.
  void became_ready();
  store::shim_row row(bool ready) const;
  void unbind() { host_ = nullptr; }

  // agent_link.cpp
  /// A shim of the daemon before: goes on at the committed offset, once it is reconnected.
  void adopt(std::uint64_t offset, std::map<std::uint64_t, std::string> unsent);
  void reconnect();
  /// One that nobody needs: ended, with what is left of its tree.
  void discard();
  void connected(agent::unique_fd fd);
  /// A numbered line that is committed.
  void send(std::uint64_t n, std::string line);
  /// A request of acpd's own, answered while this process lives.
  void request(std::string_view method, std::string_view params, answer f);
  /// The answer to a request that on_asked took.
  void reply(std::string_view raw_id, std::string_view raw_result);
  void acknowledge(std::uint64_t offset);
  /// End of stdin, then SIGTERM, then SIGKILL; nothing it still says is heard.
  void stop();
  /// The daemon ends: the shim stays.
  void detach();

  // agent_terminals.cpp
  void serve_terminal(const core::question& q);
  /// What it has written so far is given to the session.
  void read_terminal(std::uint64_t terminal);
  /// While terminals run the session is told what they write.
  void watch_terminals();
  /// Kills its process group. False: it does not run.
  bool end_terminal(std::uint64_t terminal);

private:
  enum class terminal_want : std::uint8_t { created, output, exit };
  struct terminal_wait {
    std::int64_t question;
    terminal_want want;
  };

  void spawn_shim();
  void spawned(std::expected<agent::spawned, agent::spawn_failure> done);
  void start_again(); // agent_version.cpp
  void started_again();
  asio::awaitable<void> read_loop(std::shared_ptr<agent_link> self);
  void on_frame(const wire::frame_header& h, std::string_view payload);
  void on_hello(std::string_view payload);
  void on_data(std::uint64_t offset, std::string_view bytes);
  void on_line(std::string_view line);
  void bad_line(std::string_view what);
  bool on_own_response(std::string_view line, const protocol::envelope& e);
  void on_exited(const agent::shim_exit& how);
  void shim_lost();
  void read_rest(std::uint64_t from);
  void clean_up(bool shim_alive);
  void kill_shim();
  void end_process(bool shim_alive, std::move_only_function<void()> then);
  void finish(const std::string& how, const agent::shim_progress& sent, bool shim_alive);
  void fail(std::string text, std::string error = {});
  friend class hub;
  void give_up(std::string text);
  void next_step(std::optional<core::handshake::request> r);
  void reject(std::string_view id, std::string_view method);
  void frame(agent::shim_frame type, std::uint64_t number = 0, std::uint64_t seq = 0,
             std::string_view payload = {});
  void write();
  void on_terminal(std::uint64_t terminal, std::string_view payload);
  void terminal_seen(std::uint64_t terminal, const agent::term_status& status,
                     std::string_view output);
  void terminal_started(std::uint64_t terminal, std::int64_t question);
  void answer_terminal(std::uint64_t terminal, const terminal_wait& w,
                       const agent::term_status& status, std::string_view output);
  /// What a process is started with, kept until it is initialised.
  struct order {
    agent::spawn_spec what;
    wire::agent_config configured;
    std::filesystem::path env_file;
  };
  hub& hub_;
  const std::int64_t id_;
  const std::string agent_name_;
  const std::string dir_;
  session_host* host_ = nullptr;
  core::handshake handshake_{std::string()};
  order order_;
  failed failed_;
  asked asked_;
  std::vector<std::move_only_function<void()>> initialised_;
  std::move_only_function<void()> opened_;
  std::vector<std::string> early_;        // lines before there was a session
  std::map<std::uint64_t, answer> calls_; // acpd's own requests
  std::uint64_t probe_n_ = 1;             // numbers while no session counts them

  std::optional<unix_socket> socket_;
  wire::frame_splitter frames_;
  protocol::line_splitter lines_;
  std::string out_;
  std::size_t written_ = 0;
  bool writing_ = false;
  std::map<std::uint64_t, std::string> unsent_; // not yet reported as received by the shim
  std::multimap<std::uint64_t, terminal_wait> terminal_waits_; // by terminal
  std::set<std::uint64_t> released_; // terminals that are about to be gone
  std::set<std::uint64_t> to_show_;  // whose output was asked for by read_terminal()
  terminal_looks looks_;
  asio::steady_timer look_timer_;
  bool looking_ = false;
  agent::shim_hello hello_{};
  bool hello_seen_ = false;
  std::string stderr_tail_;
  std::uint64_t received_ = 0; // offset after the last byte that came
  std::uint64_t consumed_ = 0; // offset after the last whole line
  std::uint64_t bad_lines_ = 0;
  bool again_ = false; // its process ends, and another is started for this link
  bool stopping_ = false;
  bool gone_ = false;
};

} // namespace acpd::net
