#include "protocol/shown_terminal.h"

#include "protocol/base64.h"
#include "protocol/render_fields.h"

#include <algorithm>

namespace acpd::protocol {
namespace {

using namespace fields;

constexpr std::size_t max_output = std::size_t{32} << 10;

/// Without ANSI escape sequences (ECMA-48: CSI, OSC and single ones) and carriage returns.
std::string without_escapes(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\r') continue;
    if (bytes[i] != '\x1b') {
      out += bytes[i];
      continue;
    }
    if (++i == bytes.size()) break;
    if (bytes[i] == '[') {
      while (++i < bytes.size() && (bytes[i] < '@' || bytes[i] > '~')) {
      }
    } else if (bytes[i] == ']') {
      while (++i < bytes.size() && bytes[i] != '\a' && bytes[i] != '\x1b') {
      }
      if (i < bytes.size() && bytes[i] == '\x1b') ++i; // ESC \ ends it
    }
  }
  return out;
}

/// Longer than any run of backticks in the text, so that none ends the block.
std::string fence_for(std::string_view text) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

std::string exit_text(std::string_view status) {
  const auto code = member(status, "exitCode");
  const auto signal = member(status, "signal");
  if (is_string(signal)) return "ended by " + unquote(signal);
  if (!code.empty() && !is_null(code)) return "exit code " + std::string(code);
  return "ended";
}

} // namespace

void shown_terminal::patch(std::string_view update) {
  const auto take = [](std::string& field, std::string_view value) {
    field = is_null(value) ? std::string_view{} : value;
  };
  for_each_member(update, [&](std::string_view key, std::string_view value) {
    if (same_text(key, "command")) {
      take(command_, value);
    } else if (same_text(key, "cwd")) {
      take(cwd_, value);
    } else if (same_text(key, "output")) {
      output_.clear();
      cut_ = false;
      append(member(value, "data"));
    } else if (same_text(key, "exitStatus")) {
      take(exit_, value);
      exited_ = is_object(value);
    }
  });
}

void shown_terminal::append(std::string_view raw_base64) {
  const auto bytes = from_base64(unquote(raw_base64));
  if (!bytes) return;
  output_ += *bytes;
  trim();
}

/// Keeps the end, from the start of a line where there is one.
void shown_terminal::trim() {
  if (output_.size() <= max_output) return;
  output_.erase(0, output_.size() - max_output);
  const auto newline = output_.find('\n');
  if (newline != std::string::npos && newline + 1 < output_.size()) output_.erase(0, newline + 1);
  cut_ = true;
}

std::string shown_terminal::as_block() const {
  std::string body;
  if (!command_.empty()) body += "$ " + unquote(command_) + '\n';
  if (cut_) body += "…\n";
  body += without_escapes(output_);
  if (!body.empty() && !body.ends_with('\n')) body += '\n';
  const std::string fence = fence_for(body);
  std::string text = fence + '\n' + body + fence;
  if (exited_) text += "\n" + exit_text(exit_);
  return text_block(text);
}

std::string shown_terminal::as_update(std::string_view raw_id) const {
  std::string data = "\"";
  append_base64(data, output_);
  std::string output;
  json_builder(output, '{').raw("data", data += '"').end();
  std::string out;
  json_builder(out, '{')
      .text("sessionUpdate", "terminal_update")
      .raw("terminalId", raw_id)
      .raw_if("command", command_)
      .raw_if("cwd", cwd_)
      .raw("output", output)
      .raw_if("exitStatus", exit_)
      .end();
  return out;
}

} // namespace acpd::protocol
