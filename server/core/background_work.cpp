#include "server/core/background_work.h"

#include "protocol/acp_v2.h"
#include "protocol/envelope.h"
#include "server/core/terminal_views.h"

#include <utility>

namespace acpd::core {

using namespace protocol;

/// A call whose agent never says a status says nothing about going on.
bool background_work::note_call(std::string_view update, bool in_turn) {
  const std::string_view id = member(update, "toolCallId");
  const std::string status = unquote(member(update, "status"));
  if (!id.starts_with('"') || status.empty()) return false;
  std::string call(id);
  if (status == "pending" || status == "in_progress") {
    if (calls_.contains(call)) return false;
    return in_turn ? (open_.insert(std::move(call)), false) : calls_.insert(std::move(call)).second;
  }
  open_.erase(call);
  return calls_.erase(call) > 0;
}

void background_work::turn_ended(const terminal_views& terminals, bool by_itself) {
  for (const std::uint64_t terminal : terminals.running())
    terminals_.insert(terminal);
  for (const std::string& call : std::exchange(open_, {}))
    if (by_itself && !terminals.shows_running(call)) calls_.insert(call);
}

std::string background_work::list() const {
  std::string out = "[";
  const auto next = [&out] {
    if (out.size() > 1) out += ',';
  };
  for (const std::uint64_t terminal : terminals_)
    next(), v2::background_terminal(out, quoted(terminal_name(terminal)));
  for (const std::string& call : calls_)
    next(), v2::background_tool_call(out, call);
  return out += ']';
}

std::string background_work::state() const { return empty() ? std::string() : list(); }

void background_work::restore(std::string_view state) {
  for_each_element(state, [this](std::string_view item) {
    if (member(item, "type") == R"("terminal")")
      terminals_.insert(terminal_number(unquote(member(item, "terminalId"))));
    else
      calls_.insert(std::string(member(item, "toolCallId")));
  });
}

} // namespace acpd::core
