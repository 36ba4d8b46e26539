#include "protocol/errors.h"
#include "server/runner/agent.h"

namespace acpd::runner {
namespace {

constexpr int wake_ms = 50; // while an update waits for its time

constexpr const char* cancelled_result = R"({"stopReason":"cancelled"})";
constexpr const char* ended_result = R"({"stopReason":"end_turn"})";

} // namespace

void agent::advance(clock::time_point now) {
  dispatch_ended();
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    auto& session = at->second;
    drive(session, now);
    if (session.closing.empty() || session.turn || !session.prompts.empty()) {
      ++at;
      continue;
    }
    finish_closing(session);
    at = sessions_.erase(at);
  }
  out_.advance(now);
}

void agent::finish_closing(open_session& session) {
  try {
    if (session.deleting) store().sessions.remove(session.row.id);
    out_.after_updates(response(session.closing, "{}"));
  } catch (const db_error& e) {
    out_.after_updates(error_response(session.closing, protocol::internal_error, e.what()));
  }
}

void agent::dispatch_ended() {
  for (auto& ended : processes_.reap())
    for (auto& [id, session] : sessions_)
      if (session.turn && session.turn->job() == ended.key.job)
        session.turn->on_ended(std::move(ended));
}

void agent::drive(open_session& session, clock::time_point now) {
  try {
    if (!session.turn && !session.prompts.empty()) begin(session);
    if (session.turn) session.turn->advance(now);
    if (session.turn && session.turn->over()) end_turn(session);
  } catch (const db_error& e) {
    fail_turn(session, e.what());
  }
}

void agent::begin(open_session& session) {
  auto asked = parse_prompt(session.prompts.front().text);
  auto known = store().sessions.find(session.row.id);
  if (known) session.row = *known;
  auto started = asked ? begin_turn(tools(), session.row, *asked) : beginning(asked.error().text);
  if (auto* turn = std::get_if<std::unique_ptr<job_turn>>(&started)) {
    session.turn = std::move(*turn);
    return;
  }
  out_.update(message_update(session.row.id, std::get<std::string>(started)));
  out_.after_updates(response(session.prompts.front().raw_id, ended_result));
  session.prompts.pop_front();
}

void agent::end_turn(open_session& session) {
  const auto& raw_id = session.prompts.front().raw_id;
  const auto& trouble = session.turn->trouble();
  if (!trouble.empty() && !session.turn->cancelled())
    out_.after_updates(error_response(raw_id, protocol::internal_error, trouble));
  else
    out_.after_updates(
        response(raw_id, session.turn->cancelled() ? cancelled_result : ended_result));
  session.prompts.pop_front();
  session.turn.reset();
}

// The database failed: nothing more is recorded, so nothing more may run.
void agent::fail_turn(open_session& session, const std::string& why) {
  bool cancelled = session.turn && session.turn->cancelled();
  if (session.turn) session.turn->abort();
  session.turn.reset();
  if (session.prompts.empty()) return;
  const auto& raw_id = session.prompts.front().raw_id;
  out_.after_updates(cancelled ? response(raw_id, cancelled_result)
                               : error_response(raw_id, protocol::internal_error, why));
  session.prompts.pop_front();
}

void agent::cancel(open_session& session) {
  auto waiting = session.prompts.begin() + (session.turn ? 1 : 0);
  for (auto at = waiting; at != session.prompts.end(); ++at)
    out_.after_updates(response(at->raw_id, cancelled_result));
  session.prompts.erase(waiting, session.prompts.end());
  if (!session.turn) return;
  try {
    session.turn->cancel();
  } catch (const db_error& e) {
    fail_turn(session, e.what());
  }
}

void agent::cancel_request(std::string_view raw_id) {
  for (auto& [id, session] : sessions_) {
    for (auto at = session.prompts.begin(); at != session.prompts.end(); ++at) {
      if (at->raw_id != raw_id) continue;
      if (session.turn && at == session.prompts.begin()) {
        try {
          session.turn->cancel();
        } catch (const db_error& e) {
          fail_turn(session, e.what());
        }
      } else {
        out_.after_updates(response(raw_id, cancelled_result));
        session.prompts.erase(at);
      }
      return;
    }
  }
}

void agent::stop() {
  for (auto& [id, session] : sessions_)
    cancel(session);
}

bool agent::idle() const {
  for (const auto& [id, session] : sessions_)
    if (session.turn || !session.prompts.empty()) return false;
  return out_.empty();
}

int agent::poll_timeout_ms() const {
  int timeout = out_.waiting() ? wake_ms : -1;
  for (const auto& [id, session] : sessions_) {
    if (!session.turn && !session.prompts.empty()) return 0;
    int wanted = session.turn ? session.turn->wake_ms() : -1;
    if (wanted >= 0 && (timeout < 0 || wanted < timeout)) timeout = wanted;
  }
  return timeout;
}

} // namespace acpd::runner
