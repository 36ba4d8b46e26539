#include "server/core/lines.h"
#include "server/core/session.h"

#include <utility>

namespace acpd::core {

using namespace protocol;

// ---- what passes through to the agent

void session::on(const request_in& e) {
  if (agent_ == agent_state::ready) return pass(e.line, e.e, e.key, e.keyed);
  waiting_.push_back({std::string(e.line), e.key, e.keyed});
  start_next();
}

void session::pass(std::string_view line, const envelope& e, std::string key, bool keyed) {
  const std::string_view method = e.method.in(line);
  const std::uint64_t n = s_.next_n;
  send_line(send_kind::request, method, to_agent(line, e, n, s_.agent_sid), 0, std::move(key),
            keyed);
  if (method == "session/set_mode" || method == "session/set_config_option")
    s_.calls[n].params = e.params.in(line);
}

void session::on(const notification_in& e) {
  if (agent_ != agent_state::ready) return; // nobody there to be told
  send_line(send_kind::notification, e.e.method.in(e.line), to_agent(e.line, e.e, 0, s_.agent_sid),
            0);
}

// ---- questions of the agent

namespace {

/// Is this a permission's answer that chooses one of the options that were offered?
bool chooses(const question& q, std::string_view result) {
  const std::string_view outcome = member(result, "outcome");
  if (member(outcome, "outcome") != "\"selected\"") return false;
  const std::string chosen = unquote(member(outcome, "optionId"));
  auto e = scan(q.line);
  bool offered = false;
  for_each_element(member(e->params.in(q.line), "options"), [&](std::string_view option) {
    offered = offered || unquote(member(option, "optionId")) == chosen;
  });
  return offered;
}

/// In v2 a person who lets the question go has answered it: not approved.
bool refuses(const question& q, const answer_in& e) {
  return e.by == acp_version::v2 && q.kind == question_kind::permission && !e.result.empty();
}

bool settles(const question& q, std::string_view result) {
  if (asks_person(q.kind) && result.empty()) return false;
  if (q.kind == question_kind::permission) return chooses(q, result);
  if (q.kind != question_kind::elicitation) return true;
  const std::string_view action = member(result, "action");
  return action == "\"accept\"" || action == "\"decline\"" || action == "\"cancel\"";
}

} // namespace

void session::on(const answer_in& e) {
  auto at = questions_.find(e.question);
  if (at == questions_.end()) return; // settled already: the first answer won
  question q = at->second;
  const bool person = asks_person(q.kind);
  const bool settled = settles(q, e.result);
  const bool refused = !settled && refuses(q, e);
  // An editor that cannot show it, or whose answer approves nothing: the row goes on waiting.
  if (person && !settled && !refused) return;
  const bool secret = q.kind == question_kind::elicitation;
  answer_agent(q, refused ? declined(q.kind) : e.result, e.error, secret);
  questions_.erase(at);
  if (person)
    settle(std::move(q), refused ? question_state::cancelled : question_state::answered,
           secret ? std::string() : std::string(e.result));
  else
    out_->push_back(erase_question{q.id});
}

void session::answer_agent(const question& q, std::string_view result, std::string_view error,
                           bool secret) {
  send_line(send_kind::response, q.method,
            result.empty() ? error_line(q.raw_id, error) : result_line(q.raw_id, result), q.id, {},
            false, secret);
}

void session::settle(question q, question_state state, std::string outcome) {
  q.state = state;
  q.outcome = std::move(outcome);
  q.settled_ms = at_ms_;
  log_own entry{entry_kind::question_settled, {}, {}, next_seq(), q.turn, s_.processes, q.id};
  if (!speaks_v2()) entry.message_id = beside_.state();
  out_->push_back(std::move(entry));
  out_->push_back(save_question{std::move(q)});
  out_->push_back(durable{});
}

/// The agent no longer waits for any answer.
void session::withdraw_all() {
  for (auto& [id, q] : std::exchange(questions_, {})) {
    if (asks_person(q.kind))
      settle(std::move(q), question_state::withdrawn, {});
    else
      out_->push_back(erase_question{id});
  }
}

/// A turn is being cancelled: some agents wait for ever unless each question is answered. What an
/// agent of v2 asked outside of it may be about work that goes on.
void session::cancel_questions() {
  for (auto at = questions_.begin(); at != questions_.end();) {
    question& q = at->second;
    if (!asks_person(q.kind) || (speaks_v2() && q.turn != turn_number())) {
      ++at;
      continue;
    }
    answer_agent(q, declined(q.kind), {}, false);
    settle(std::move(q), question_state::cancelled, {});
    at = questions_.erase(at);
  }
}

} // namespace acpd::core
