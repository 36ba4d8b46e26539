#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::mcp {

/// What the daemon answered about one folder.
struct folder_answer {
  std::string root;   // put in front of its paths; empty for the session's own folder
  std::string result; // raw JSON; empty: `error`
  std::string error;  // fit to show
};

/// The answers as a text for an agent: places as `path:line-line`, what is there, what is stale,
/// how much the index covers; at most `max_bytes`, and what was left out is said. Pure.
std::string answer_text(std::string_view method, const std::vector<folder_answer>& answers,
                        std::size_t max_bytes);

} // namespace acpd::mcp
