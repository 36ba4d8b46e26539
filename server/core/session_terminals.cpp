#include "protocol/acp_v2.h"
#include "server/core/session.h"

#include <utility>

namespace acpd::core {

using namespace protocol;

// A v1 agent's terminals run under acpd. A tool call that shows one is followed by updates of
// acpd's own with its text, for v1 editors; they belong to the call's turn, since a call's entries
// end with its turn. For v2 editors each terminal is told as an agent's own would be: announced
// when it begins, what it writes, how it ended, and while it goes on between turns it is listed in
// each state (background_work.h). The agent's own lines stay in the log as they are.

void session::on(const terminal_started& e) {
  if (!terminals_.started(e.terminal, e.command)) return;
  tell_terminal(e.terminal, {.command = e.command,
                             .cwd = e.cwd.starts_with('/') ? e.cwd : std::string_view(),
                             .capabilities = R"({"cancel":{}})"});
  if (!running_) {
    beside_.add_terminal(e.terminal);
    tell_background();
  }
  keep_terminals();
}

void session::on(const terminal_output& e) {
  const auto now = terminals_.wrote(e.terminal, e.output, e.truncated, e.how);
  for (const auto& changed : now.calls)
    show(changed);
  if (now.whole) {
    tell_terminal(e.terminal, {.output = now.bytes});
  } else if (!now.bytes.empty()) {
    std::string line;
    v2::terminal_output_chunk(line, quoted_sid_, quoted(terminal_name(e.terminal)), now.bytes);
    log_own_update(std::move(line), acp_version::v2);
  }
  if (now.ended) {
    tell_terminal(
        e.terminal,
        {.capabilities = "null", .exited = true, .exit_code = e.code, .signal = e.signal});
    if (beside_.remove_terminal(e.terminal)) tell_background();
  }
  keep_terminals();
}

void session::note_terminals(const agent_line& e) {
  const std::string_view update = e.e.update.in(e.line);
  const auto instead = terminals_.note(update);
  if (!instead.content.empty()) {
    std::get<log_line>(out_->back()).ref = names_terminal;
    show(instead);
  }
  for (const std::uint64_t terminal : terminals_.cut_off(update))
    out_->push_back(read_terminal{terminal});
  keep_terminals();
}

void session::show(const terminal_views::shown& what) {
  std::string line = R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":)";
  line.append(quoted_sid_)
      .append(R"(,"update":{"sessionUpdate":"tool_call_update","toolCallId":)")
      .append(what.call)
      .append(R"(,"content":)")
      .append(what.content)
      .append("}}}");
  log_own_update(std::move(line), acp_version::v1, names_terminal);
}

void session::tell_terminal(std::uint64_t terminal, const v2::terminal_change& change) {
  std::string line;
  v2::terminal_update(line, quoted_sid_, quoted(terminal_name(terminal)), change);
  log_own_update(std::move(line), acp_version::v2);
}

/// The list has changed, and nothing else says it.
void session::tell_background() {
  const std::string_view now = state();
  const std::string list = beside_.list();
  v2::session_state told{.background = list};
  if (now == "running") told.now = v2::activity::running;
  if (now == "requires_action") told.now = v2::activity::requires_action;
  std::string line;
  v2::state_update(line, quoted_sid_, told);
  log_own_update(std::move(line), acp_version::v2);
}

/// The agent is gone, and what went on with it: first how each of it ended, then that nothing does.
void session::end_background() {
  for (const std::uint64_t terminal : terminals_.running())
    tell_terminal(terminal, {.capabilities = "null", .exited = true});
  for (const std::string& call : beside_.calls())
    log_own_update(R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":)" +
                   quoted_sid_ + R"(,"update":{"sessionUpdate":"tool_call_update","toolCallId":)" +
                   call + R"(,"status":"failed"}}})");
  terminals_ = {};
  if (std::exchange(beside_, {}).empty() || running_) return; // a turn's end says it
  tell_background();
}

void session::forget_shown_terminals() {
  terminals_.forget_calls();
  keep_terminals();
}

/// In the same transaction as the entries that show them.
void session::keep_terminals() {
  if (terminals_.take_changed() || std::exchange(beside_changed_, false))
    out_->push_back(save_terminals{shown_state()});
}

std::string session::shown_state() const {
  std::string all = terminals_.state();
  const std::string beside = beside_.state();
  if (beside.empty()) return all;
  if (all.empty()) return R"({"background":)" + beside + "}";
  all.back() = ',';
  return all.append(R"("background":)").append(beside).append("}");
}

void session::restore_terminals(std::string_view state) {
  terminals_.restore(state);
  beside_.restore(member(state, "background"));
}

} // namespace acpd::core
