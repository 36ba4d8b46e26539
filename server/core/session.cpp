#include "server/core/session.h"

#include "server/core/lines.h"
#include "server/core/v2_states.h"

#include <algorithm>
#include <utility>

namespace acpd::core {

using namespace protocol;

session::session(session_seed seed) : s_(std::move(seed)) {
  quoted_sid_ = quoted(s_.sid);
  for (turn& t : s_.open_turns) {
    if (t.state == turn_state::running) {
      t.started_seq = 1; // any client may have seen it start
      running_ = std::move(t);
    } else if (t.first) {
      queue_.push_front(std::move(t));
    } else {
      queue_.push_back(std::move(t));
    }
  }
  s_.open_turns.clear();
  for (question& q : s_.questions)
    questions_.emplace(q.id, std::move(q));
  s_.questions.clear();
  if (s_.shim) agent_ = agent_state::ready;
  activity_ = activity_of(s_.state);
  busy_since_ = busy() ? 1 : 0; // any client may have seen it
}

session_seed forked(const session_seed& parent, std::int64_t id, std::string sid) {
  session_seed copy;
  copy.id = id;
  copy.sid = std::move(sid);
  copy.agent = parent.agent;
  copy.cwd = parent.cwd;
  copy.additional_dirs = parent.additional_dirs;
  copy.title = parent.title;
  copy.modes = parent.modes;
  copy.config_options = parent.config_options;
  copy.version = parent.version;
  copy.head = parent.head;
  copy.turns = parent.turns;
  copy.processes = parent.processes;
  return copy;
}

void session::step(const event& e, std::int64_t at_ms, actions& out) {
  at_ms_ = at_ms;
  out_ = &out;
  std::visit([this](const auto& what) { on(what); }, e);
  out_ = nullptr;
}

void session::bind(std::int64_t shim, std::uint64_t next_n) {
  s_.shim = shim;
  s_.next_n = next_n;
  ++s_.processes;
  agent_ = agent_state::starting;
  written_ = 0;
  s_.state.clear();
  activity_ = activity::idle;
}

const turn* session::find_turn(std::string_view key) const {
  if (running_ && running_->key == key) return &*running_;
  auto at = std::ranges::find(queue_, key, &turn::key);
  return at == queue_.end() ? nullptr : &*at;
}

bool session::has_call(std::string_view key) const {
  return std::ranges::any_of(s_.calls, [&](const auto& c) { return c.second.key == key; }) ||
         std::ranges::any_of(waiting_, [&](const auto& w) { return w.key == key; });
}

bool session::needs_person() const {
  return std::ranges::any_of(questions_, [](const auto& q) { return asks_person(q.second.kind); });
}

std::uint64_t session::send_line(send_kind kind, std::string_view method, std::string line,
                                 std::int64_t ref, std::string key, bool keyed, bool secret) {
  const std::uint64_t n = take_n();
  s_.calls[n] = {kind, ref, key, keyed, std::string(method), {}};
  out_->push_back(
      send{n, kind, ref, std::move(key), keyed, std::string(method), std::move(line), secret});
  return n;
}

// ---- turns

void session::on(const prompt_in& e) {
  turn t;
  t.id = e.turn_id;
  t.state = turn_state::queued;
  t.author = e.author;
  t.key = e.key;
  t.keyed = e.keyed;
  t.key_hash = e.key_hash;
  t.prompt = e.line;
  t.created_ms = at_ms_;
  if (s_.title.empty() && s_.turns == 0 && queue_.empty()) {
    for_each_element(member(e.e.params.in(e.line), "prompt"), [&](std::string_view block) {
      if (!s_.title.empty()) return;
      std::string text = unquote(member(block, "text"));
      s_.title = text.substr(0, std::min(text.find('\n'), std::size_t{80}));
    });
  }
  s_.closed = false;
  out_->push_back(save_session{});
  out_->push_back(save_turn{t});
  if (t.keyed) out_->push_back(save_answer{t.key, true, t.key_hash, {}, t.id, 0});
  out_->push_back(durable{});
  queue_.push_back(std::move(t));
  start_next();
}

void session::start_next() {
  if (running_ || (queue_.empty() && waiting_.empty())) return;
  if (agent_ == agent_state::none) {
    agent_ = agent_state::starting;
    out_->push_back(start_agent{});
  }
  // An agent that works unasked is not interrupted: it would hold the prompt back, or drop its
  // work.
  if (agent_ != agent_state::ready || queue_.empty() || busy()) return;
  turn t = std::move(queue_.front());
  queue_.pop_front();
  start(std::move(t));
}

void session::start(turn t) {
  auto e = scan(t.prompt);
  const bool shown = t.number != 0; // it began before, and did not reach the agent
  t.state = turn_state::running;
  t.shim = s_.shim;
  running_ = std::move(t);
  turn& now = *running_;
  if (!shown) show_start(now, *e);
  now.sent_as = s_.next_n;
  send_line(send_kind::prompt, "session/prompt",
            to_agent(now.prompt, *e, now.sent_as, s_.agent_sid), now.id);
  progress_.clear();
  out_->push_back(save_turn{now});
  out_->push_back(save_session{});
  out_->push_back(durable{});
}

/// The turn's first entries: that it started, and what was asked, for everybody but its author. An
/// agent of v2 tells itself what was asked, once it has it.
void session::show_start(turn& t, const envelope& e) {
  forget_shown_terminals();
  t.number = ++s_.turns;
  t.started_seq = next_seq();
  log_own entry{
      entry_kind::turn_started, {}, {}, t.started_seq, t.number, s_.processes, t.id, s_.version};
  if (!speaks_v2()) entry.message_id = beside_.state();
  out_->push_back(std::move(entry));
  if (speaks_v2()) return;
  for_each_element(member(e.params.in(t.prompt), "prompt"), [&](std::string_view block) {
    std::string line = user_message(quoted_sid_, block);
    const splice where = splice_of(*scan(line), line);
    out_->push_back(log_own{entry_kind::user_message, std::move(line), where, next_seq(), t.number,
                            author_hash(t.author), t.id});
  });
}

/// Ends a turn in the log, in its row and for its key. The response is the agent's line, or acpd's;
/// both: the log keeps the agent's, and everybody is told acpd's. `said_by` v2: the agent's own
/// updates say how the session is now.
void session::end(turn t, turn_state state, std::string outcome, std::string_view agent_response,
                  std::string own_response, acp_version said_by) {
  const bool began = t.number != 0;
  if (!began) t.number = ++s_.turns;
  const std::uint64_t process = began ? s_.processes : 0;
  const std::uint64_t seq = next_seq();
  t.state = state;
  t.outcome = std::move(outcome);
  t.ended_ms = at_ms_;
  last_outcome_ = t.outcome;
  if (began && !speaks_v2()) note_background(t.outcome);
  if (t.started_seq) forget_shown_terminals();
  told_ = agent_response.empty() || own_response.empty() ? std::string_view() : told_as_cancelled;
  if (!speaks_v2()) told_ += beside_.state();
  if (t.keyed) {
    std::string answer(own_response.empty() ? agent_response : std::string_view(own_response));
    out_->push_back(save_answer{t.key, true, t.key_hash, std::move(answer), t.id, seq});
  }
  if (!agent_response.empty())
    out_->push_back(log_line{
        entry_kind::turn_ended, agent_response, {}, told_, seq, t.number, process, t.id, said_by});
  else
    out_->push_back(log_own{entry_kind::turn_ended,
                            std::move(own_response),
                            {},
                            seq,
                            t.number,
                            process,
                            t.id,
                            said_by,
                            told_});
  out_->push_back(turn_closed{t.started_seq, seq});
  t.prompt.clear();
  out_->push_back(save_turn{std::move(t)});
  out_->push_back(save_session{});
  out_->push_back(durable{});
}

/// The turn is over, and what goes on is listed. Only an end of the agent's own leaves calls open.
void session::note_background(std::string_view outcome) {
  const bool cut = outcome == "cancelled" || outcome == "error" || outcome == "interrupted" ||
                   outcome == "outcome_unknown";
  const std::string before = beside_.list();
  beside_.turn_ended(terminals_, !cut);
  beside_changed_ = beside_changed_ || beside_.list() != before;
}

void session::on(const cancel_in& e) {
  if (running_ && (running_->author == e.author || running_->started_seq <= e.seen))
    cancel_running();
  else if (!running_ && busy() && busy_since_ <= e.seen)
    cancel_unasked();
  cancel_queued();
}

void session::cancel_running() {
  if (running_->cancelled || agent_ != agent_state::ready) return;
  running_->cancelled = true;
  send_line(send_kind::notification, "session/cancel",
            notification_line("session/cancel", R"({"sessionId":)" + s_.agent_sid + "}"), 0);
  cancel_questions(); // behind the cancel: else an agent may go on, and end as if nothing was
  out_->push_back(save_turn{*running_});
  out_->push_back(durable{});
  // It took the prompt, and says that it does nothing: nothing more is to come.
  if (speaks_v2() && running_->idled && ends_turn()) end_by_state();
}

void session::cancel_queued() {
  while (!queue_.empty()) {
    turn t = std::move(queue_.front());
    queue_.pop_front();
    end(std::move(t), turn_state::ended, "cancelled", {}, as_cancelled({}));
  }
}

void session::on(const cancel_request_in& e) {
  if (running_ && running_->key == e.key) return cancel_running();
  if (auto at = std::ranges::find(queue_, e.key, &turn::key); at != queue_.end()) {
    turn t = std::move(*at);
    queue_.erase(at);
    return end(std::move(t), turn_state::ended, "cancelled", {}, as_cancelled({}));
  }
  for (const auto& [n, c] : s_.calls) {
    if (c.kind != send_kind::request || c.key != e.key) continue;
    send_line(send_kind::notification, "$/cancel_request",
              notification_line("$/cancel_request", R"({"requestId":)" + std::to_string(n) + "}"),
              0);
    return;
  }
}

/// Stopping at once: the agent is not asked, and what it still says is not heard.
void session::on(const close_in&) {
  withdraw_all();
  end_background();
  forget_state("cancelled");
  if (running_) {
    turn t = std::move(*running_);
    running_.reset();
    show_prompt(t);
    end(std::move(t), turn_state::ended, "cancelled", {}, as_cancelled({}));
  }
  cancel_queued();
  for (const auto& [n, c] : std::exchange(s_.calls, {}))
    if (c.kind == send_kind::request)
      out_->push_back(save_answer{c.key, c.keyed, 0,
                                  error_line("null", request_cancelled, "the session was closed")});
  for (const waiting_request& w : std::exchange(waiting_, {}))
    out_->push_back(save_answer{w.key, w.keyed, 0,
                                error_line("null", request_cancelled, "the session was closed")});
  if (agent_ != agent_state::none) out_->push_back(stop_agent{});
  agent_ = agent_state::none;
  s_.shim = 0;
  s_.closed = true;
  progress_.clear();
  out_->push_back(save_session{});
  out_->push_back(durable{});
}

void session::on(const delete_in&) {
  on(close_in{});
  out_->push_back(bury{});
}

/// The agent is gone in the middle of a turn: said in the conversation, then in the response.
void session::give_up(turn t, std::string_view outcome, std::string_view text) {
  show_prompt(t);
  if (t.cancelled) {
    end(std::move(t), turn_state::ended, "cancelled", {}, as_cancelled({}));
    return;
  }
  say(text);
  const std::string data = R"({"acpd":{"turn":)" + std::to_string(t.number) + R"(,"outcome":")" +
                           std::string(outcome) + "\"}}";
  const turn_state state =
      outcome == "outcome_unknown" ? turn_state::outcome_unknown : turn_state::interrupted;
  end(std::move(t), state, std::string(outcome), {},
      error_line("null", internal_error, text, data));
}

} // namespace acpd::core
