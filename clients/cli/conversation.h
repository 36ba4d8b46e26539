#pragma once

#include "clients/cli/client.h"
#include "clients/cli/commands.h"
#include "clients/cli/render.h"

#include <deque>
#include <optional>
#include <string>

namespace acpd::cli {

/// Where a client is in a session's log.
struct log_cursor {
  std::string epoch;
  std::int64_t seq = 0; // everything up to here has been shown
};

/// One session on the screen, for `run` and `attach`: shows what comes, asks the questions, and
/// goes on at its cursor when the daemon dies. Owned by one command; one thread.
class conversation {
public:
  conversation(const common_options& common, wire::paths where);

  /// Starts a daemon where none runs.
  protocol::result<void> connect();
  /// Only after connect().
  client& peer() { return *client_; }

  /// The session that is shown; for load() and recover().
  void follow(std::string id, std::string cwd) {
    session_ = std::move(id);
    cwd_ = std::move(cwd);
  }
  /// session/load: the whole conversation, or what comes after `from`.
  protocol::result<void> load(const std::optional<log_cursor>& from);
  /// After the daemon has ended: connects again and goes on where the screen is.
  protocol::result<void> recover();

  void show(const message& m);
  /// What to wait for besides the daemon: stdin while a question is open; else -1.
  int input_fd() const;
  /// Takes a line that a person typed: the answer to the oldest open question.
  void read_answer();

  const log_cursor& cursor() const { return cursor_; }
  void note(std::string_view text);
  void finish() { renderer_.finish(); }
  bool json() const { return json_; }

private:
  struct question {
    std::string raw_id;
    std::string method;
    message asked;
  };
  void take_cursor(json_view meta);
  void ask(const message& m);
  void ask_first();
  void withdraw(std::string_view raw_id);

  wire::paths where_;
  std::string config_flag_;
  bool json_;
  bool interactive_;
  renderer renderer_;
  std::optional<client> client_;
  std::string session_, cwd_;
  log_cursor cursor_;
  std::deque<question> questions_;
  std::string typed_;
  bool input_ended_ = false;
};

} // namespace acpd::cli
