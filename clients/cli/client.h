#pragma once

#include "clients/cli/json_view.h"
#include "protocol/failure.h"
#include "protocol/line_splitter.h"
#include "server/wire/paths.h"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace acpd::cli {

/// One message from the daemon; owns its line.
struct message {
  std::string line;
  protocol::envelope parts;

  bool is_response() const { return parts.kind == protocol::shape::response; }
  bool is_request() const { return parts.kind == protocol::shape::request; }
  std::string_view method() const { return parts.method.in(line); }
  json_view params() const { return {parts.params.in(line)}; }
  json_view result() const { return {parts.result.in(line)}; }
  json_view error() const { return {parts.error.in(line)}; }
  std::string_view id() const { return parts.id.in(line); } // raw
};

/// What waiting ended with.
enum class woken {
  message,     // there is one to take
  other_input, // the other descriptor is readable
  interrupted, // a signal came (see interrupts.h)
  timeout,
  lost, // the daemon has closed the connection
};

/// A plain ACP connection to the daemon, used one call at a time: for commands, not for floods.
/// Owned by one command; one thread; blocks where it says so.
class client {
public:
  /// Connects and initialises. `interactive`: a person can be shown elicitations.
  static protocol::result<client> open(const wire::paths& where, bool interactive);
  /// The same; starts a daemon where none runs. `config` as in start_command().
  static protocol::result<client> open_or_start(const wire::paths& where, const std::string& config,
                                                bool interactive);
  client(client&& other) noexcept;
  client& operator=(client&& other) noexcept;
  ~client();

  /// Sends a request and waits for its answer. What arrives before goes to `on_message` if one is
  /// set, else it is thrown away. An error answer is a failure with the daemon's code and text.
  protocol::result<message> call(std::string_view method, std::string_view params);

  /// Sends a request and returns its id; take() will give the answer.
  std::int64_t begin(std::string_view method, std::string_view params);
  void notify(std::string_view method, std::string_view params);
  void respond(std::string_view raw_id, std::string_view result);

  /// Waits for the next message, or until `other_fd` is readable (-1: none). Negative: no limit.
  woken wait(int timeout_ms, int other_fd = -1);
  /// The next message; only after wait() said that there is one.
  message take();

  std::function<void(const message&)> on_message;
  /// Text of an error answer, with the daemon's own words.
  static protocol::failure failure_of(const message& response);

private:
  explicit client(int fd) : fd_(fd) {}
  protocol::result<void> initialize(bool interactive);
  void send(std::string line);
  bool read();

  int fd_ = -1;
  bool lost_ = false;
  std::int64_t last_id_ = 0;
  protocol::line_splitter lines_{protocol::max_line_bytes};
  std::deque<message> inbox_;
};

} // namespace acpd::cli
