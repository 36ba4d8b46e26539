#include "protocol/acp_v2.h"
#include "protocol/splice.h"
#include "server/core/lines.h"
#include "server/core/session.h"
#include "server/core/v2_states.h"

#include <utility>

namespace acpd::core {

using namespace protocol;

// Turns of agents that speak ACP v2. The answer to the prompt says that the agent took it; the turn
// ends when the agent, having worked, says that it is idle. It may work unasked, too.

std::string_view session::state() const {
  const activity says = speaks_v2()      ? activity_
                        : needs_person() ? activity::requires_action
                                         : activity::running;
  if (running_ || (speaks_v2() && busy()))
    return says == activity::requires_action ? "requires_action" : "running";
  if (!queue_.empty()) return "running";
  return last_outcome_ == "interrupted" || last_outcome_ == "outcome_unknown" ? "interrupted"
                                                                              : "idle";
}

std::string session::background() const {
  if (!speaks_v2()) return beside_.list();
  const std::string_view list = member(s_.state, "background");
  return std::string(list.starts_with('[') ? list : std::string_view());
}

bool session::works_beside() const {
  bool any = false;
  for_each_element(background(), [&](std::string_view) { any = true; });
  return any;
}

namespace {

/// Does it show that the agent works on what it was asked?
bool is_work(std::string_view variant) {
  return variant.starts_with("agent_") || variant.starts_with("tool_call") ||
         variant.starts_with("plan");
}

std::string id_in(const agent_line& e) {
  return e.e.message_id ? unquote(e.e.message_id.in(e.line)) : std::string();
}

} // namespace

/// True: it has been dealt with. Else it is logged as any update.
bool session::on_v2_update(const agent_line& e, std::string_view variant) {
  if (variant == "state_update") {
    on_state(e);
    return true;
  }
  if (variant == "user_message" || variant == "user_message_chunk") return on_echo(e);
  if (running_ && !running_->worked && !running_->message_id.empty() && is_work(variant)) {
    running_->worked = true; // it ought to have said "running"
    out_->push_back(save_turn{*running_});
  }
  return false;
}

void session::on_state(const agent_line& e) {
  const bool was_busy = busy();
  s_.state = e.e.update.in(e.line);
  activity_ = activity_of(s_.state);
  out_->push_back(save_session{});
  // That it is idle when it is there again is nothing new.
  if (agent_ == agent_state::starting && activity_ == activity::idle) return;
  const bool ends = running_ && activity_ == activity::idle && ends_turn();
  if (ends) {
    show_prompt(*running_);
    note_inserted(*running_, running_->message_id);
  }
  const std::uint64_t seq = next_seq();
  out_->push_back(log_line{entry_kind::update,
                           e.line,
                           splice_of(e.e, e.line),
                           {},
                           seq,
                           turn_number(),
                           s_.processes,
                           0,
                           s_.version});
  if (busy() && !was_busy) {
    busy_since_ = seq;
    unasked_cancelled_ = false;
  }
  if (running_ && !ends && (busy() || activity_ == activity::idle)) {
    // Idle before it took the prompt: it had been at something else.
    running_->worked = busy();
    running_->idled = !busy();
    out_->push_back(save_turn{*running_});
  }
  if (ends) return end_by_state();
  if (activity_ == activity::idle) start_next();
}

/// Idle ends a turn only if the agent took the prompt and worked since: it may say again that it is
/// idle before it begins, e.g. because work in the background has ended.
bool session::ends_turn() const {
  return !running_->message_id.empty() && (running_->worked || running_->cancelled);
}

void session::end_by_state() {
  turn t = std::move(*running_);
  running_.reset();
  show_prompt(t);
  std::string outcome = outcome_of(s_.state);
  std::string response = v1_response(s_.state);
  if (t.cancelled && outcome != "cancelled") {
    outcome = "cancelled";
    response = as_cancelled({});
  }
  end(std::move(t), turn_state::ended, std::move(outcome), {}, std::move(response), s_.version);
  start_next();
}

/// The user's message that the agent made of the prompt: before or after its answer. False: it is
/// another one.
bool session::on_echo(const agent_line& e) {
  if (!running_) return false;
  std::string id = id_in(e);
  if (id.empty() || (!running_->message_id.empty() && running_->message_id != id)) return false;
  out_->push_back(log_line{entry_kind::user_message, e.line, splice_of(e.e, e.line),
                           e.e.message_id.in(e.line).substr(1, e.e.message_id.size - 2), next_seq(),
                           running_->number, author_hash(running_->author), running_->id,
                           s_.version});
  if (std::exchange(running_->echoed, true)) return true;
  running_->message_id = std::move(id);
  out_->push_back(save_turn{*running_});
  return true;
}

/// The prompt's answer: the agent has it.
void session::on_inserted(const agent_line& e) {
  std::string id = unquote(member(e.e.result.in(e.line), "messageId"));
  if (id.empty()) id = v2::prompt_message_id(running_->id); // it must give one
  note_inserted(*running_, std::move(id));
  out_->push_back(save_turn{*running_});
  out_->push_back(durable{});
  // Cancelled, and it has said that it is idle: nothing more is to come.
  if (running_->cancelled && running_->idled && activity_ == activity::idle) end_by_state();
}

void session::note_inserted(turn& t, std::string id) {
  if (std::exchange(t.inserted, true)) return;
  t.message_id = std::move(id);
  out_->push_back(log_own{entry_kind::prompt_inserted,
                          {},
                          {},
                          next_seq(),
                          t.number,
                          s_.processes,
                          t.id,
                          s_.version,
                          t.message_id});
}

/// The prompt's answer is an error: it was not taken. What else the agent does goes on.
void session::on_refused(const agent_line& e) {
  turn t = std::move(*running_);
  running_.reset();
  show_prompt(t);
  const bool cancelled = t.cancelled;
  end(std::move(t), turn_state::ended, cancelled ? "cancelled" : "error", e.line,
      cancelled ? as_cancelled(e.line) : std::string(), s_.version);
  start_next();
}

/// The prompt as acpd has it, where the agent has not told it. Not for turns of other versions.
void session::show_prompt(turn& t) {
  if (!speaks_v2() || t.number == 0 || std::exchange(t.echoed, true)) return;
  const auto e = scan(t.prompt);
  if (!e) return;
  std::string id = t.message_id;
  if (id.empty()) id = v2::prompt_message_id(t.id);
  std::string line = v2_user_message(quoted_sid_, id, member(e->params.in(t.prompt), "prompt"));
  const splice where = splice_of(*scan(line), line);
  out_->push_back(log_own{entry_kind::user_message, std::move(line), where, next_seq(), t.number,
                          author_hash(t.author), t.id, s_.version, std::move(id)});
}

/// Work that nobody asked for is cancelled by who has seen it begin.
void session::cancel_unasked() {
  if (agent_ != agent_state::ready || std::exchange(unasked_cancelled_, true)) return;
  send_line(send_kind::notification, "session/cancel",
            notification_line("session/cancel", R"({"sessionId":)" + s_.agent_sid + "}"), 0);
}

/// The process goes. Work without a turn is said to have ended; a turn says it by its own end.
void session::forget_state(std::string_view reason) {
  const bool unasked = busy() && !running_;
  s_.state.clear();
  activity_ = activity::idle;
  if (unasked)
    log_own_update(v2_idle(quoted_sid_, reason, "the agent ended while it worked"), s_.version);
}

void session::tell_commands(std::string_view commands) {
  commands_ = commands;
  log_own_update(v2_commands(quoted_sid_, commands), s_.version);
}

} // namespace acpd::core
