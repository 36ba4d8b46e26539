#pragma once

#include "protocol/envelope.h"
#include "server/wire/frame.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::bridge {

/// Who a bridge says it is in its hello.
struct identity {
  std::string uuid;
  std::string version;
  std::string agent;       // --agent; empty: none
  std::string session;     // ACPD_SESSION; empty: not inside an agent
  std::string environment; // a JSON object
};

/// What a bridge remembers, so that the editor sees neither a break nor a repetition when the link
/// or the daemon dies: ../../../server/wire/BRIDGE.md, "What the bridge remembers". Decides, does
/// no I/O. Owned by the bridge's loop; one thread. Ends with the process, and with it all that it
/// promised.
///
/// A frame counts as written when accept() has returned its lines: the caller puts them behind all
/// earlier bytes for the editor and never drops them while the process lives.
class memory {
public:
  explicit memory(identity who) : who_(std::move(who)) {}

  /// Numbers a line from the editor and keeps it until it is settled.
  std::uint64_t keep(std::string_view line);

  /// Call when a new link is up, before hello(): the old link's slots mean nothing on it.
  void forget_slots() { slots_.clear(); }
  std::string hello() const;

  /// The unsettled line with the smallest number above n, which becomes its number; or nullptr.
  const std::string* next_line(std::uint64_t& n) const;

  /// Takes one frame of the daemon and returns the lines in it that go to the editor: the payload
  /// or nothing.
  std::string_view accept(const wire::frame_header& h, std::string_view payload);

  /// Settles every open request here and returns the error lines that the editor gets. An answer
  /// of the daemon's that comes later is swallowed: each request gets exactly one.
  std::string fail_requests(int code, std::string_view text);

  /// Whether the editor asked to be told of the link: `_meta.acpd.link` in its capabilities.
  bool wants_link() const { return wants_link_; }

  bool has_open_request() const { return open_requests_ > 0; }
  /// Whether the daemon has all lines: nothing is lost when the bridge ends.
  bool all_acked() const { return unacked_ == 0; }
  std::size_t unacked_bytes() const { return unacked_bytes_; }
  std::size_t kept_bytes() const { return kept_bytes_; }

private:
  enum class line_kind : std::uint8_t {
    other,      // notification, response, or no JSON-RPC at all: settled by its ack
    request,    // settled by its answer, as are the following
    initialize, // its line goes into each later hello
    load,       // has a replay whose progress is remembered
  };
  struct replay_progress {
    std::string epoch;
    std::uint64_t head = 0; // 0: nothing replayed yet
    std::uint64_t index = 0;
  };
  struct open_line {
    std::string text;
    line_kind kind = line_kind::other;
    bool acked = false;
    std::string id;      // raw; requests only
    std::string session; // of a load
    replay_progress replay;
  };
  struct cursor {
    std::string epoch;
    std::uint64_t seq = 0;
  };
  using lines = std::map<std::uint64_t, open_line>;
  using sessions = std::map<std::string, cursor>;

  void classify(open_line& line, std::uint64_t n);
  void ack(std::uint64_t n);
  void acked_once(open_line& line);
  lines::iterator settle(lines::iterator at);
  bool answered(std::uint64_t n, std::string_view payload);
  void open_slot(std::uint16_t slot, std::uint64_t seq, std::string_view json);
  void close_slot(std::uint16_t slot);
  void moved(const wire::frame_header& h);
  void replayed(const wire::frame_header& h);
  void asked(std::string_view payload);
  bool withdrawn(std::string_view payload);

  identity who_;
  std::string initialize_; // the line that the daemon has answered; empty: none yet
  bool wants_link_ = false;
  lines lines_;
  std::uint64_t last_number_ = 0;
  std::size_t open_requests_ = 0;
  std::size_t unacked_ = 0;
  std::size_t unacked_bytes_ = 0;
  std::size_t kept_bytes_ = 0;
  sessions sessions_;
  std::vector<sessions::value_type*> slots_; // [slot]; nullptr: not open. Into sessions_
  // Id of each question that the editor shows → number of the line that answers it, 0: none yet.
  // It is named in hello until that line is acked: or the daemon might ask once more.
  std::map<std::string, std::uint64_t> shown_;
};

} // namespace acpd::bridge
