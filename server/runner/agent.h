#pragma once

#include "protocol/envelope.h"
#include "server/runner/begin_turn.h"

#include <map>

namespace acpd::runner {

/// The agent's side of ACP v1: takes lines, drives the turns of its sessions, fills the outbox.
/// Owned by the loop; one thread. The database is opened when a session is first needed, so that a
/// broken one is told to the client instead of ending the process.
class agent {
public:
  using clock = outbox::clock;

  explicit agent(std::string database_path);

  void on_line(std::string_view line, bool too_long);
  /// Reaps children and lets every turn go on. Call it after each wake-up.
  void advance(clock::time_point now);
  /// Cancels everything; idle() becomes true when the last turn is answered.
  void stop();

  bool idle() const;
  int poll_timeout_ms() const; // as poll() has it: -1 is no limit
  children& processes() { return processes_; }
  outbox& out() { return out_; }

private:
  struct waiting_prompt {
    std::string raw_id;
    std::string text;
  };
  struct open_session {
    session_row row;
    std::deque<waiting_prompt> prompts; // the first is the turn's while there is one
    std::unique_ptr<job_turn> turn;
    std::string closing; // raw id of the session/close or delete to answer
    bool deleting = false;
  };
  struct state {
    explicit state(const std::string& path) : db(path), sessions(db), jobs(db) {}
    database db;
    session_store sessions;
    job_store jobs;
  };
  using answer = protocol::result<std::string>; // raw result; empty: already taken care of

  answer on_request(std::string_view method, std::string_view raw_id, std::string_view params);
  void on_notification(std::string_view method, std::string_view params);
  static answer initialize(std::string_view params);
  answer session_new(std::string_view raw_id, std::string_view params);
  answer session_open(std::string_view raw_id, std::string_view params, bool replay);
  answer session_list(std::string_view params);
  answer session_prompt(std::string_view raw_id, std::string_view params);
  answer session_close(std::string_view raw_id, std::string_view params, bool remove);

  state& store();
  turn_tools tools();
  protocol::result<open_session*> find_open(std::string_view params);
  protocol::result<session_row> find_known(std::string_view params);
  void answer_now(std::string_view raw_id, std::string_view params, const answer& result);
  void finish_closing(open_session& session);
  void cancel(open_session& session);
  void cancel_request(std::string_view raw_id);
  void drive(open_session& session, clock::time_point now);
  void begin(open_session& session);
  void end_turn(open_session& session);
  void fail_turn(open_session& session, const std::string& why);
  void dispatch_ended();

  std::string path_;
  std::string identity_;
  std::unique_ptr<state> store_;
  children processes_;
  outbox out_;
  std::map<std::string, open_session> sessions_;
  bool initialized_ = false;
};

} // namespace acpd::runner
