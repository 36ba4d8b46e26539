#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace acpd::runner {

/// Frames of ACP v1 as the runner writes them: one JSON-RPC line each, without the newline.
/// Texts may be any bytes: what is no UTF-8 becomes U+FFFD. Pure functions.

std::string response(std::string_view raw_id, std::string_view result);
/// `data`: a raw JSON object, or empty.
std::string error_response(std::string_view raw_id, int code, std::string_view text,
                           std::string_view data = {});

struct progress {
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::string_view unit; // "files", "tests", "suites"
};

std::string message_update(std::string_view session, std::string_view text);
std::string title_update(std::string_view session, std::string_view title);
std::string commands_update(std::string_view session);

/// The tool call that stands for a job, or for one item that failed. Empty text: no content.
struct tool_call {
  std::string_view id;
  std::string_view title;
  std::string_view status; // in_progress, completed, failed
  std::string_view text;
  std::string_view path; // absolute; where given it becomes the location
};

std::string tool_call_new(std::string_view session, const tool_call& call, const progress& p);
std::string tool_call_change(std::string_view session, const tool_call& call, const progress& p);
std::string plan_update(std::string_view session, std::string_view entry, std::string_view status,
                        const progress& p);

} // namespace acpd::runner
