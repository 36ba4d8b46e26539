#pragma once

#include "clients/cli/json_view.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace acpd::cli {

/// Shows a conversation to a person: text as it comes, a line for each tool call and its end,
/// plans, and on a terminal one live line of progress below everything ("45/100 files"). Owned by
/// one command; one thread. `write` gets bytes for stdout.
class renderer {
public:
  using sink = std::function<void(std::string_view)>;
  renderer(bool terminal, std::size_t columns, sink write)
      : terminal_(terminal), columns_(columns), write_(std::move(write)) {}

  /// The params of a session/update.
  void update(json_view params);
  /// A remark of our own, in a paragraph of its own.
  void note(std::string_view text);
  /// Ends an open paragraph and the live line.
  void finish();

private:
  enum class paragraph { none, user, message, thought };
  struct tool {
    std::string title;
    std::string status;
  };

  void chunk(paragraph kind, json_view content);
  void tool_call(json_view update);
  void tool_ended(const tool& t, json_view update);
  void plan(json_view update);
  void progress(json_view progress);
  void show_live();
  void clear_live();
  void line(std::string_view text);
  std::string dim(std::string_view text) const;

  bool terminal_;
  std::size_t columns_;
  sink write_;
  paragraph open_ = paragraph::none;
  bool at_line_start_ = true;
  std::map<std::string, tool> tools_; // those that have not ended
  std::string last_plan_;
  std::string live_;        // what the live line should say
  bool live_shown_ = false; // it is on the screen
};

/// One line about an update of either version, for lists: "agent_message_chunk  All tests pass".
std::string update_summary(json_view params, std::size_t columns);

/// What a person reads of one ContentBlock.
std::string content_text(json_view content);

} // namespace acpd::cli
