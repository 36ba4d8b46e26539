#pragma once

#include "protocol/envelope.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace acpd::protocol {

/// How members are put into `params._meta` without parsing again.
enum class meta_mode : std::uint8_t {
  into_params,       // params has members, none is _meta: insert "_meta":{…}, at meta_at
  into_empty_params, // params is {}: insert "_meta":{…} at meta_at
  into_meta,         // _meta has members: insert ,… at meta_at, its end, so that ours count
  into_empty_meta,   // _meta is {}: insert … at meta_at
  in_place_of_null,  // _meta is null: the four bytes at meta_at are replaced by {…}
};

/// Where acpd writes into a logged line when it renders it: computed once by the scan, stored in
/// the row as one integer, so that a replay never scans. Unpacked and packed forms are equal.
struct splice {
  std::uint32_t session_at = 0;   // params.sessionId's raw value; 0: there is none
  std::uint32_t session_size = 0; // below 2048, quotes included
  std::uint32_t meta_at = 0;      // 0: nothing is inserted
  meta_mode mode{};

  std::uint64_t pack() const;
  static splice unpack(std::uint64_t packed);
  bool operator==(const splice&) const = default;
};

/// The splice of a line that has params. `e` must come from scan() of the same line.
splice splice_of(const envelope& e, std::string_view line);

/// Appends `line` to `out` with the session id replaced by `session` (a raw value with quotes) and
/// `meta` (members without braces, e.g. "acpd/seq":7) put into params._meta. No newline is added.
/// Empty `session` or `meta` leaves that part as it is.
void render(std::string& out, std::string_view line, const splice& s, std::string_view session,
            std::string_view meta);

/// One replacement: the bytes of `where` become `with`. An edit with size 0 inserts.
struct edit {
  span where;
  std::string_view with;
};

/// Appends `line` to `out` with the edits applied; they may be given in any order, must not
/// overlap. An edit whose span is absent (begin 0) is skipped.
void apply(std::string& out, std::string_view line, std::initializer_list<edit> edits);

/// Removes every "acpd/…" member from params._meta (and an _meta that becomes empty), so that a
/// peer's bookkeeping for acpd never reaches the agent. Returns the line unchanged if there is
/// none.
std::string without_own_meta(std::string_view line, const envelope& e);

} // namespace acpd::protocol
