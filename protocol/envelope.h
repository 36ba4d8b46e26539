#pragma once

#include "protocol/failure.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace acpd::protocol {

/// The longest line that is ever accepted, and so the largest offset in a span: 32 MiB.
inline constexpr std::size_t max_line_bytes = std::size_t{1} << 25;

/// The longest params.sessionId that is accepted, quotes included (a splice packs its size).
inline constexpr std::size_t max_session_id_bytes = 2047;

/// A part of a line: [begin, begin + size). Absent when begin is 0 (a value never starts a line).
struct span {
  std::uint32_t begin = 0;
  std::uint32_t size = 0;

  explicit operator bool() const { return begin != 0; }
  std::string_view in(std::string_view line) const { return line.substr(begin, size); }
};

/// Where `part`, a view into `line`, stands; absent for an empty one.
inline span span_of(std::string_view part, std::string_view line) {
  if (part.empty()) return {};
  return {static_cast<std::uint32_t>(part.data() - line.data()),
          static_cast<std::uint32_t>(part.size())};
}

/// What kind of JSON-RPC message a line is.
enum class shape : std::uint8_t {
  request,      // method and id (null counts as an id)
  notification, // method, no id
  response,     // id and exactly one of result and error
};

/// Where the parts of one JSON-RPC line stand. Nothing is decoded or copied: spans into the line.
/// Where a key occurs twice the last one counts, as in JSON.parse.
struct envelope {
  shape kind{};
  span id;          // raw value, quotes included; for a response, too
  span method;      // contents of the string, without quotes
  span params;      // raw value; absent unless an object
  span result;      // raw value of any type
  span error;       // raw value
  span session_id;  // params.sessionId, raw value with quotes; absent unless a string
  span params_meta; // params._meta, raw value: an object or null
  span result_meta; // result._meta, raw value: an object or null
  span update;      // params.update, raw value; absent unless an object
  span variant;     // params.update.sessionUpdate: contents of the string, without quotes
  span message_id;  // params.update.messageId: raw value with quotes
};

/// Limits on one line of a peer. Depth counts objects and arrays; more than 1,024 counts as that.
struct scan_limits {
  std::uint32_t max_depth = 256;
  std::size_t max_bytes = max_line_bytes;
};

/// Validates one line (no newline in it) as strict RFC 8259 JSON in UTF-8 and as a JSON-RPC 2.0
/// message, and finds its parts, in one pass without allocating. About 150 ns for 350 bytes.
/// Errors: parse_error (not JSON, not UTF-8, too deep, too long), invalid_request (an array, which
/// would be a batch; no object; no method and no result or error; an id that is no string, integer
/// or null; "jsonrpc" other than "2.0" or missing; params neither object nor array nor null;
/// params._meta neither object nor null; params.sessionId too long). The text says which, and at
/// what byte. A line that is no JSON is a parse_error whatever else is wrong with it.
result<envelope> scan(std::string_view line, const scan_limits& limits = {});

/// The raw value of a top-level member of a raw JSON object that scan() has accepted, e.g.
/// member(e.params.in(line), "cwd"). Empty when there is none. The last of equal keys counts.
std::string_view member(std::string_view object, std::string_view key);

/// Whether a string's contents as written (escapes allowed, no quotes) say `text`: for e.method and
/// e.variant too, where a peer may write "session\/update".
bool same_text(std::string_view raw, std::string_view text);

namespace detail {

/// Steps through one raw object or array; stops at the first thing that is no JSON.
class raw_cursor {
public:
  explicit raw_cursor(std::string_view text) : rest_(text) {}
  bool next_member() { return next('{', '}'); }
  bool next_element() { return next('[', ']'); }

  std::string_view key;
  std::string_view value;

private:
  bool next(char open, char close);

  std::string_view rest_;
  bool first_ = true;
};

} // namespace detail

/// Calls f(key, value) for each member of a raw, validated object, in order; key without quotes,
/// escapes left as they are. Not called for a value that is no object.
template <class F>
void for_each_member(std::string_view object, F f) {
  detail::raw_cursor at(object);
  while (at.next_member())
    f(at.key, at.value);
}

/// Calls f(value) for each element of a raw, validated array, in order; the same for no array.
template <class F>
void for_each_element(std::string_view array, F f) {
  detail::raw_cursor at(array);
  while (at.next_element())
    f(at.value);
}

/// The text of a raw JSON string value (quotes included), unescaped. Empty when not a string.
std::string unquote(std::string_view raw);

/// Appends text to out as a JSON string, quotes included. Invalid UTF-8 becomes U+FFFD.
void append_quoted(std::string& out, std::string_view text);
std::string quoted(std::string_view text);

} // namespace acpd::protocol
