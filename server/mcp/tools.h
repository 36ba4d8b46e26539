#pragma once

#include "protocol/failure.h"

#include <string>
#include <string_view>
#include <vector>

namespace acpd::mcp {

/// What the server offers, as `tools/list` answers it: raw JSON.
std::string_view tool_list();

/// A call of a tool as a question to the daemon.
struct tool_question {
  std::string method; // "_acpd/index/search"
  std::string params; // raw JSON object, without "root"
  std::string root;   // only of this folder; empty: of each, and the answers are put together
  std::size_t max_bytes = 0; // of the text that answers it
};

/// `arguments`: raw JSON object. `roots`: the session's folders, cwd first. Paths may be absolute
/// or relative to the first folder. The failure's text is for the agent: what to give.
protocol::result<tool_question> question_of(std::string_view tool, std::string_view arguments,
                                            const std::vector<std::string>& roots);

} // namespace acpd::mcp
