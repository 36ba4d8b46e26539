#pragma once

#include "protocol/envelope.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace acpd::remote {

/// Makes a JSON text that may stand on several lines one line, in place: line breaks between tokens
/// become spaces. One inside a string is left, and so is not JSON for whoever reads it.
void to_one_line(std::string& text);

/// What kind of JSON value a client sent, which decides how it is refused.
enum class payload_kind : std::uint8_t {
  no_json,
  batch,  // an array
  scalar, // a string, a number, true …
  object, // a message, or at least something that the daemon can say what is wrong with
};
struct payload {
  payload_kind kind{};
  std::optional<protocol::envelope> message; // of an object that is a JSON-RPC message
};
payload look_at(std::string_view line);

/// Whether it is a request `initialize` (an id of any kind counts, null too).
bool is_initialize(const payload& p, std::string_view line);

/// A place in what a session has sent: the number of its last update, and how many frames without a
/// number came after it. Written "<epoch>:<seq>.<after>".
struct event_position {
  std::string epoch;
  std::uint64_t seq = 0;
  std::uint64_t after = 0;

  std::string text() const;
  /// Nothing when it is not one.
  static std::optional<event_position> parse(std::string_view text);
};

/// The number and the epoch in an update's params._meta; nothing when it has none.
std::optional<event_position> position_of(std::string_view line, const protocol::envelope& e);

/// "acp/cursor" in the _meta of an update that has a number, as the transport proposal has it:
/// where the member goes, the member with its comma, and both in one.
std::size_t cursor_place(const protocol::envelope& e);
void append_cursor(std::string& out, const event_position& at);
std::string with_cursor(std::string_view line, const protocol::envelope& e,
                        const event_position& at);

} // namespace acpd::remote
