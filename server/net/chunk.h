#pragma once

#include "server/store/records.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::net {

/// How a link treats an entry when its cursor passes.
enum class piece : std::uint8_t {
  plain,            // its bytes, as they are
  silent,           // nothing is sent
  user_message,     // its bytes, but not to the author
  turn_ended,       // to who waits for the turn: the response
  question_asked,   // the request, with an id of acpd's
  question_settled, // $/cancel_request to who shows it
  notice,           // its bytes, to clients with the capability
  gated,            // the same
};

struct item {
  std::uint64_t seq;
  std::uint32_t begin, end; // in chunk::bytes
  piece kind;
  std::int64_t ref;
  std::uint64_t author;
};

/// Consecutive committed entries of one session, rendered for v1 editors. Immutable once shared:
/// made by the journal for live entries, by the reader thread for a replay.
struct chunk {
  std::uint64_t first = 0, last = 0;
  std::vector<item> items;
  std::string bytes;

  /// Index of the first item with a seq above `cursor`.
  std::size_t after(std::uint64_t cursor) const { return cursor < first ? 0 : cursor - first + 1; }
};

/// Renders one entry at the end of `c`. `quoted_sid` is raw JSON, `epoch` is hex digits.
void append_entry(chunk& c, const store::entry& e, std::string_view quoted_sid,
                  std::string_view epoch);

/// UTC with milliseconds: 2026-11-22T18:02:11.123Z.
std::string iso_time(std::int64_t ms);

class link;

/// What editors follow of a session: how far it is committed, the newest chunks, who is attached.
/// Owned by the session's host; session thread.
struct feed {
  static constexpr std::size_t ring_bytes = std::size_t{1} << 20;

  std::uint64_t committed = 0;
  std::shared_ptr<chunk> open;                   // of the batch that is being filled
  std::deque<std::shared_ptr<const chunk>> ring; // only while somebody is attached
  std::size_t held = 0;
  std::vector<link*> followers;

  void add(std::shared_ptr<const chunk> c);
  /// The chunk that holds `seq`; null: it is only in the database.
  std::shared_ptr<const chunk> find(std::uint64_t seq) const;
  void drop_ring();
};

} // namespace acpd::net
