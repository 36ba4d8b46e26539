#include "server/core/session.h"

namespace acpd::core {

using namespace protocol;

// A terminal in a tool call is shown as text by updates of acpd's own, behind the agent's, which
// stay in the log as they are. These belong to the call's turn: what a terminal writes when the
// turn is over is not shown, since a call's entries end with its turn.

void session::on(const terminal_started& e) {
  terminals_.started(e.terminal, e.command);
  keep_terminals();
}

void session::on(const terminal_output& e) {
  for (const auto& changed : terminals_.wrote(e.terminal, e.output, e.truncated, e.how))
    show(changed);
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
  log_own_update(std::move(line));
}

void session::forget_shown_terminals() {
  terminals_.forget_calls();
  keep_terminals();
}

/// In the same transaction as the entries that show them.
void session::keep_terminals() {
  if (terminals_.take_changed()) out_->push_back(save_terminals{terminals_.state()});
}

} // namespace acpd::core
