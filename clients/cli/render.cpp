#include "clients/cli/render.h"

#include "clients/cli/sessions.h"
#include "clients/cli/text.h"

#include <utility>

namespace acpd::cli {
namespace {

constexpr std::size_t failure_text_limit = 4000; // of a failed tool call's output, per block

bool has_ended(std::string_view status) { return status == "completed" || status == "failed"; }

} // namespace

std::string renderer::dim(std::string_view text) const {
  return terminal_ ? "\x1b[2m" + std::string(text) + "\x1b[22m" : std::string(text);
}

void renderer::clear_live() {
  if (std::exchange(live_shown_, false)) write_("\r\x1b[K");
}

/// Only below whole lines: it must not end a text that is still streaming.
void renderer::show_live() {
  if (!terminal_ || live_.empty() || !at_line_start_) return;
  write_("\r\x1b[K" + shortened(live_, columns_ > 2 ? columns_ - 2 : 1));
  live_shown_ = true;
}

void renderer::finish() {
  clear_live();
  if (!at_line_start_) write_("\n");
  at_line_start_ = true;
  open_ = paragraph::none;
}

void renderer::line(std::string_view text) {
  finish();
  write_(std::string(text) + "\n");
}

void renderer::note(std::string_view text) {
  line(text);
  show_live();
}

void renderer::chunk(paragraph kind, json_view content) {
  const std::string text = content_text(content);
  if (text.empty()) return;
  if (kind != open_) {
    finish();
    if (kind == paragraph::user) write_("> ");
  }
  clear_live();
  open_ = kind;
  write_(kind == paragraph::thought ? dim(text) : text);
  at_line_start_ = text.ends_with('\n');
}

void renderer::tool_ended(const tool& t, json_view update) {
  const bool worked = t.status == "completed";
  line((worked ? "✓ " : "✗ ") + shortened(t.title, 200));
  if (worked) return;
  update["content"].each([&](json_view block) {
    std::string text = content_text(block["content"]);
    if (text.size() > failure_text_limit) text = text.substr(0, failure_text_limit) + "…";
    if (!text.empty()) line("  " + text);
  });
}

void renderer::tool_call(json_view update) {
  const std::string id = update["toolCallId"].text();
  const auto [at, is_new] = tools_.try_emplace(id);
  tool& t = at->second;
  const std::string before = t.title;
  if (update["title"]) t.title = update["title"].text();
  if (update["status"]) t.status = update["status"].text();
  if (t.title.empty()) t.title = update["name"] ? update["name"].text() : id;
  if (has_ended(t.status)) {
    live_.clear();
    tool_ended(t, update);
    tools_.erase(at);
  } else if (is_new) {
    line("• " + shortened(t.title, 200));
  } else if (t.title != before) {
    live_ = t.title; // a job that counts in its title
  }
}

void renderer::plan(json_view update) {
  std::string text;
  update["entries"].each([&](json_view entry) {
    const std::string status = entry["status"].text();
    const char* mark = status == "completed" ? "[x] " : status == "in_progress" ? "[>] " : "[ ] ";
    text += "\n  " + (mark + shortened(entry["content"].text(), 160));
  });
  if (text.empty() || text == last_plan_) return;
  last_plan_ = text;
  line("plan:" + text);
}

void renderer::progress(json_view p) {
  live_ =
      progress_text(p["done"].number_or(0), p["total"].number_or(0), printable(p["unit"].text()));
}

void renderer::update(json_view params) {
  const json_view update = params["update"];
  const json_view counted = params["_meta"]["acpd/progress"];
  const std::string variant = update["sessionUpdate"].text();
  if (variant == "agent_message_chunk")
    chunk(paragraph::message, update["content"]);
  else if (variant == "agent_thought_chunk")
    chunk(paragraph::thought, update["content"]);
  else if (variant == "user_message_chunk")
    chunk(paragraph::user, update["content"]);
  else if (variant == "tool_call" || variant == "tool_call_update")
    tool_call(update);
  else if (variant == "plan" && !counted)
    plan(update);
  else if (variant == "current_mode_update")
    line("mode: " + printable(update["currentModeId"].text()));
  else if (variant == "notice")
    line(printable(update["severity"].text()) + ": " + shortened(update["title"].text(), 200));
  // Commands, options, usage and titles are for programs that show them all the time.
  if (counted) progress(counted);
  show_live();
}

} // namespace acpd::cli
