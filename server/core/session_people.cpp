#include "protocol/splice.h"
#include "server/core/lines.h"
#include "server/core/session.h"

#include <algorithm>
#include <utility>

namespace acpd::core {

using namespace protocol;

void session::on(const edit_queued& e) {
  const auto at = std::ranges::find(queue_, e.turn, &turn::id);
  if (at == queue_.end()) return;
  const auto parts = scan(at->prompt);
  const span where = span_of(member(parts->params.in(at->prompt), "prompt"), at->prompt);
  std::string line;
  apply(line, at->prompt, {{where, e.prompt}});
  at->prompt = std::move(line);
  out_->push_back(save_turn{*at});
  out_->push_back(durable{});
}

/// Ends as a queued prompt does that is cancelled: its author's request gets its answer.
void session::on(const remove_queued& e) {
  const auto at = std::ranges::find(queue_, e.turn, &turn::id);
  if (at == queue_.end()) return;
  turn t = std::move(*at);
  queue_.erase(at);
  end(std::move(t), turn_state::ended, "cancelled", {}, as_cancelled({}));
}

/// One is the first of those that wait: after a restart they are found in the order of their rows.
void session::on(const run_now& e) {
  const auto at = std::ranges::find(queue_, e.turn, &turn::id);
  if (at == queue_.end()) return;
  for (turn& other : queue_)
    if (std::exchange(other.first, other.id == e.turn) != other.first)
      out_->push_back(save_turn{other});
  std::rotate(queue_.begin(), at, std::next(at));
  out_->push_back(durable{});
  if (running_)
    cancel_running();
  else if (busy())
    cancel_unasked();
}

void session::on(const rename_in& e) {
  s_.title = e.title;
  log_own_update(notification_line(
      "session/update", R"({"sessionId":)" + quoted_sid_ +
                            R"(,"update":{"sessionUpdate":"session_info_update","title":)" +
                            quoted(e.title) + "}}"));
  s_.title_owed = e.told;
  out_->push_back(save_session{});
  if (agent_ == agent_state::ready) tell_title();
  out_->push_back(durable{});
}

/// To the agent that is ready. The title is owed until it answers: its next process is told what
/// this one may not have heard, or what was changed while there was none.
void session::tell_title() {
  if (!s_.title_owed) return;
  const std::string title = quoted(s_.title);
  const std::uint64_t n = s_.next_n;
  send_line(send_kind::request, "session/set_title",
            request_line(n, "session/set_title",
                         R"({"sessionId":)" + s_.agent_sid + R"(,"title":)" + title + "}"),
            0);
  s_.calls[n].params = title;
}

/// Whatever the agent answers, it has been told, unless it was an older title.
void session::on_title_answered(const call& c) {
  if (c.params != quoted(s_.title)) return;
  s_.title_owed = false;
  out_->push_back(save_session{});
}

} // namespace acpd::core
