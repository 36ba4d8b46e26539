#pragma once

#include "server/net/remote/message.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace acpd::remote {

/// One outbound stream of an HTTP connection (a session's, or the connection's own): what waits for
/// a receiver, and what was taken that a receiver may have to be shown again. Updates are in the
/// session's log, which gives them by the entry: only an entry's later frames are kept here. So are
/// frames that are in no log (answers, questions), up to a bound, so that a receiver which says
/// what it saw last misses none of them. Pure; owned by its connection.
class event_stream {
public:
  /// An update with its place in the log.
  void push(std::string_view line, const event_position& at);
  /// A frame without one.
  void push(std::string_view line);

  bool empty() const { return queue_.empty(); }
  std::size_t bytes() const { return bytes_; }
  /// Appends the next event as SSE to `out`: "id:", "data:", blank line.
  void take(std::string& out);

  /// An event without data, which no client takes for a message: where a receiver begins, so that
  /// one that is cut off before its first event can come back, too.
  std::string start() const { return "id: " + taken_.text() + "\n\n"; }

  /// What a receiver that saw everything up to `seen` has to be given.
  enum class continued : std::uint8_t {
    from_here, // as it stands: nothing was lost
    from_log,  // updates come from the log, see await_log()
    refused,   // `seen` is not of this stream, or too old
  };
  /// A stream that has had no update yet may be a new connection's: the log judges `seen` then.
  continued resume(const event_position& seen);
  /// After from_log: what still waits of updates is dropped, and so is what comes until
  /// log_begins(); frames without a number are put between the updates as they were. The result is
  /// the first update that the log is asked for.
  event_position await_log(const event_position& seen);
  void log_begins() { awaiting_ = false; }
  void log_ended();
  /// The log has no such place: the stream is one that nobody was shown anything of.
  void log_refused();
  bool awaiting() const { return awaiting_; }

  bool received = false; // has a receiver now
  bool idle() const { return !received && queue_.empty(); }
  /// Nobody was ever shown anything: nobody can come back to it.
  bool untouched() const { return idle() && kept_.empty() && taken_.seq == 0 && taken_.after == 0; }

private:
  struct event {
    event_position at;
    bool numbered; // an update
    std::string line;
  };
  void put(event e);
  void release_below(std::uint64_t seq);

  static constexpr std::size_t kept_events = 1024;
  static constexpr std::size_t kept_bytes_limit = std::size_t{1} << 20;

  std::deque<event> queue_;   // to be taken
  std::deque<event> kept_;    // taken, without a number
  std::deque<event> between_; // to be put between the updates that come from the log
  std::size_t bytes_ = 0, kept_bytes_ = 0;
  event_position last_;                  // of the newest event
  event_position taken_;                 // of the newest one that was taken
  event_position passing_;               // of the newest that came while awaiting_
  event_position first_;                 // the oldest update that was ever put here
  std::optional<event_position> forgot_; // the newest one that was kept and is no more
  bool awaiting_ = false;
};

} // namespace acpd::remote
