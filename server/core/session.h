#pragma once

#include "protocol/acp_v2.h"
#include "protocol/version.h"
#include "server/core/actions.h"
#include "server/core/background_work.h"
#include "server/core/events.h"
#include "server/core/terminal_views.h"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace acpd::core {

/// A mode or option that somebody chose: asked for again after the agent was restarted.
struct choice {
  std::string method; // session/set_mode or session/set_config_option
  std::string params; // raw JSON of the request that set it
  protocol::acp_version version = protocol::acp_version::v1; // of these
};

/// What a session is made from: a new one, or the rows that the last daemon left.
struct session_seed {
  std::int64_t id = 0;
  std::string sid; // as editors see it, without quotes; plain ASCII
  std::string agent, cwd, additional_dirs, title, agent_sid, modes, config_options;
  // That the agent's last process spoke: of modes, config_options, state and questions.
  protocol::acp_version version = protocol::acp_version::v1;
  std::string state; // raw JSON: the last state_update of an agent of v2; empty: none
  std::vector<choice> chosen;
  bool title_owed = false; // a person gave the title, and the agent has not answered to it
  std::uint64_t head = 0, turns = 0, processes = 0;
  bool closed = false;
  std::deque<turn> open_turns; // running first, then queued in order
  std::vector<question> questions;
  // Of the agent process that is still there; shim 0: none.
  std::int64_t shim = 0;
  std::uint64_t next_n = 1;
  std::map<std::uint64_t, call> calls;
};

/// What a copy of `parent` begins with, which the agent has made under an id of its own (session/
/// fork): its log up to `head`, its options. `id` and `sid` are the copy's.
session_seed forked(const session_seed& parent, std::int64_t id, std::string sid);

/// A session: its turns, its questions, its agent's life, and what of it goes into the log.
/// Pure: step() takes an event and says what is to be done; nothing here waits, reads a clock or
/// logs. Owned by the net room, one per session; used on the session thread.
class session {
public:
  explicit session(session_seed seed);

  void step(const event& e, std::int64_t at_ms, actions& out);

  /// A process was started for this session and has this row; lines to it count from `next_n`.
  void bind(std::int64_t shim, std::uint64_t next_n);
  /// What the daemon before showed of that process's terminals (save_terminals).
  void restore_terminals(std::string_view state);
  /// An update of a v1 agent's turn that runs, which the daemon before logged.
  void recall(std::string_view update) { beside_.note_call(update, true); }
  /// The next number for a line to the agent; the handshake takes its own from here.
  std::uint64_t take_n() { return s_.next_n++; }

  const session_seed& data() const { return s_; } // kept up to date
  std::string_view quoted_sid() const { return quoted_sid_; }
  agent_state agent() const { return agent_; }
  const std::optional<turn>& running() const { return running_; }
  const std::deque<turn>& queue() const { return queue_; }
  const std::map<std::int64_t, question>& questions() const { return questions_; }
  std::string_view progress() const { return progress_; } // raw JSON of the last acpd/progress
  std::string_view last_outcome() const { return last_outcome_; }
  std::string_view commands() const { return commands_; }
  const terminal_views& terminals() const { return terminals_; }
  const turn* find_turn(std::string_view key) const; // running or queued
  bool has_call(std::string_view key) const;         // a request is under way
  bool awaits(std::string_view raw_id) const;        // the agent has a request of this id
  bool needs_person() const;                         // a permission or elicitation is pending
  /// As clients are told it: running, requires_action, idle or interrupted.
  std::string_view state() const;
  /// What goes on while the session is idle: raw array. Empty: an agent of v2 that does not say.
  std::string background() const;
  /// An agent of v2 says that it works: on a turn, or unasked.
  bool busy() const {
    return activity_ == activity::running || activity_ == activity::requires_action;
  }
  /// Nothing runs, waits or is asked: the agent may be stopped without loss.
  bool quiet() const {
    return !running_ && !busy() && queue_.empty() && waiting_.empty() && !works_beside();
  }
  bool works_beside() const; // the background list names something

private:
  // session.cpp: turns
  void on(const prompt_in& e);
  void on(const cancel_in& e);
  void on(const cancel_request_in& e);
  void on(const close_in&);
  void on(const delete_in&);
  void start_next();
  void start(turn t);
  void show_start(turn& t, const protocol::envelope& e);
  void end(turn t, turn_state state, std::string outcome, std::string_view agent_response,
           std::string own_response, protocol::acp_version said_by = protocol::acp_version::v1);
  void cancel_running();
  void cancel_queued();
  void note_background(std::string_view outcome);
  void give_up(turn t, std::string_view outcome, std::string_view text);
  // session_people.cpp: what people change of a session
  void on(const edit_queued& e);
  void on(const remove_queued& e);
  void on(const run_now& e);
  void on(const rename_in& e);
  void tell_title();
  void on_title_answered(const call& c);
  // session_agent.cpp: the agent's side
  void on(const agent_line& e);
  void on(const agent_ready& e);
  void on(const agent_failed& e);
  void on(const agent_exited& e);
  void on(const agent_progress& e);
  void on_update(const agent_line& e);
  void on_notification(const agent_line& e);
  void on_request(const agent_line& e);
  void on_response(const agent_line& e);
  void on_request_answered(const call& c, const agent_line& e);
  void on_prompt_answered(const agent_line& e);
  void interrupt(const agent_exited& e);
  void note_state(const agent_line& e, std::string_view variant);
  std::string_view message_id(const agent_line& e, std::string_view variant);
  void remember_choice(const call& c, std::string_view result);
  void say(std::string_view text);
  void log_own_update(std::string line, protocol::acp_version version = protocol::acp_version::v1,
                      std::int64_t ref = 0);
  // session_v2.cpp: turns of agents that speak ACP v2
  bool speaks_v2() const { return s_.version == protocol::acp_version::v2; }
  bool on_v2_update(const agent_line& e, std::string_view variant);
  void on_state(const agent_line& e);
  bool on_echo(const agent_line& e);
  void on_inserted(const agent_line& e);
  void on_refused(const agent_line& e);
  bool ends_turn() const;
  void note_inserted(turn& t, std::string id);
  void show_prompt(turn& t);
  void end_by_state();
  void cancel_unasked();
  void forget_state(std::string_view reason);
  void tell_commands(std::string_view commands);
  // session_terminals.cpp: what is shown of the agent's terminals
  void on(const terminal_started& e);
  void on(const terminal_output& e);
  void note_terminals(const agent_line& e);
  void show(const terminal_views::shown& what);
  void tell_terminal(std::uint64_t terminal, const protocol::v2::terminal_change& change);
  void tell_background();
  void end_background();
  void forget_shown_terminals();
  void keep_terminals();
  std::string shown_state() const;
  // session_requests.cpp: what passes through, and questions
  void on(const request_in& e);
  void on(const notification_in& e);
  void on(const answer_in& e);
  void pass(std::string_view line, const protocol::envelope& e, std::string key, bool keyed);
  void settle(question q, question_state state, std::string outcome);
  void answer_agent(const question& q, std::string_view result, std::string_view error,
                    bool secret);
  void withdraw_all();
  void cancel_questions();
  // shared
  std::uint64_t next_seq() { return ++s_.head; }
  std::uint64_t turn_number() const { return running_ ? running_->number : 0; }
  std::uint64_t send_line(send_kind kind, std::string_view method, std::string line,
                          std::int64_t ref, std::string key = {}, bool keyed = false,
                          bool secret = false);

  struct waiting_request {
    std::string line, key;
    bool keyed;
  };

  session_seed s_;
  std::string quoted_sid_;
  agent_state agent_ = agent_state::none;
  std::optional<turn> running_;
  std::deque<turn> queue_;
  std::map<std::int64_t, question> questions_;
  std::deque<waiting_request> waiting_; // for the agent to be ready
  terminal_views terminals_;
  background_work beside_;      // of a v1 agent
  bool beside_changed_ = false; // since it was kept
  std::string told_;            // message_id of the entry at hand that says the state
  std::string progress_, last_outcome_, commands_;
  std::uint64_t written_ = 0;
  activity activity_ = activity::idle; // of s_.state
  std::uint64_t busy_since_ = 0; // v2: seq of the state_update that work without a turn began with
  bool unasked_cancelled_ = false; // that work has been sent its session/cancel

  // the message that text chunks belong to when the agent names none
  std::string chunk_variant_, chunk_id_;
  std::uint64_t chunk_turn_ = 0, chunk_process_ = 0;

  std::int64_t at_ms_ = 0; // of the event at hand
  actions* out_ = nullptr; // the same
};

} // namespace acpd::core
