#pragma once

#include "server/mcp/answer_text.h"
#include "server/mcp/tools.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::mcp {

/// The Model Context Protocol's side and the daemon's side of `acpd mcp`, without any I/O: lines
/// come in, lines for both ends go out. A question is answered once; when the daemon goes it is
/// asked again of the next one, until its time is over. Owned by run(); one thread.
class server {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds patience{25}; // more than the daemon's own

  /// A line of the agent's.
  void client_line(std::string_view line, time_point now);
  void client_line_too_long();
  /// A line of the daemon's: which folders there are, an answer, a refusal.
  void daemon_line(std::string_view line);
  void daemon_lost();
  /// Answers what has waited too long; `why`: what is known of that.
  void expire(time_point now, std::string_view why);

  /// Somebody waits for the daemon.
  bool needs_daemon() const { return !calls_.empty(); }

  std::string to_client, to_daemon; // whole lines, to be taken away

private:
  struct call {
    std::string raw_id, tool, arguments; // as the agent gave them
    time_point until;
    tool_question question; // set when it is asked
    std::vector<folder_answer> answers;
    std::size_t missing = 0;
  };
  struct part { // of a call: about one folder
    std::uint64_t call;
    std::size_t place;
  };

  void on_request(std::string_view id, std::string_view method, std::string_view params,
                  time_point now);
  void initialize(std::string_view id, std::string_view params);
  void begin_call(std::string_view id, std::string_view params, time_point now);
  void ask(std::uint64_t number, call& c);
  void answered(std::uint64_t number);
  void finish(std::uint64_t number, std::string_view text, bool is_error);
  void fail_all(std::string_view text);
  void reply(std::string_view id, std::string_view raw_result);
  void reply_error(std::string_view id, int code, std::string_view text);

  std::vector<std::string> roots_; // empty: the daemon has not opened yet
  std::map<std::uint64_t, call> calls_;
  std::map<std::uint64_t, part> parts_; // by the id that the daemon sees
  std::uint64_t next_ = 1;
};

} // namespace acpd::mcp
