#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace acpd::net {

/// How a link treats an entry when its cursor passes.
enum class piece : std::uint8_t {
  plain,            // its bytes, as they are
  silent,           // nothing is sent
  user_message,     // its bytes, but not to the author
  prompt_answered,  // v2: to who waits for the prompt: the response; then lines for all
  turn_ended,       // lines for all, if there are any; to who waits for the turn: the response
  question_asked,   // the request, with an id of acpd's; then lines for all
  question_settled, // $/cancel_request to who shows it; then lines for all
  notice,           // its bytes, to clients with the capability
  gated,            // the same
  boolean_options,  // v1: the same; to others without the options that are true or false
};

struct item {
  std::uint64_t seq;
  std::uint32_t begin, end; // in chunk::bytes: lines, and then a response without a newline
  piece kind;
  std::int64_t ref;
  std::uint64_t author;
};

/// Consecutive committed entries of one session, rendered for editors of one version. Immutable
/// once shared: made by the journal for live entries, by the reader thread for a replay.
struct chunk {
  std::uint64_t first = 0, last = 0;
  std::vector<item> items;
  std::string bytes;

  /// Index of the first item with a seq above `cursor`.
  std::size_t after(std::uint64_t cursor) const { return cursor < first ? 0 : cursor - first + 1; }
};

} // namespace acpd::net
