#pragma once

#include "protocol/render.h"
#include "server/net/chunk.h"
#include "server/store/records.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace acpd::net {

/// What editors of one version are shown of a session's entries, in order. An entry of that version
/// goes out as it is, byte for byte; one of the other version is rendered, and acpd's own entries
/// (turns, questions) become what that version has for them. Owned by the session's feed for live
/// entries, by an attachment for what is read behind the ring; one thread at a time.
///
/// What is shown of a v1 agent's entry depends on nothing before it but the session's options,
/// which `facts` tell, so that such a view may begin anywhere. What a v1 editor is shown of a v2
/// agent's entry depends on the turn so far: needs_past().
class entry_view {
public:
  /// `quoted_sid` is raw JSON, `epoch` is hex digits.
  entry_view(protocol::acp_version version, std::string_view quoted_sid, std::string_view epoch,
             protocol::session_facts facts = {});

  /// Renders one entry at the end of `c`.
  void append(chunk& c, const store::entry& e);
  /// The same without output, for the entries before the first that is shown.
  void prime(const store::entry& e);
  /// Is `e`, the first that this view is given, in the middle of what it needs to know?
  bool needs_past(const store::entry& e) const;
  /// What is known of a tool call, for a question about it.
  protocol::call_hint known_call(std::string_view tool_call_id);

  protocol::acp_version version() const { return version_; }
  std::uint64_t next() const { return next_; } // the seq behind the last entry

private:
  void updates(std::string& out, const store::entry& e);
  void rendered(std::string& out, const store::entry& e, std::string_view line);
  void question(std::string& out, const store::entry& e, bool asked) const;
  void turn_started(chunk& c, item& made, const store::entry& e) const;
  void prompt_inserted(chunk& c, item& made, const store::entry& e) const;
  void turn_ended(chunk& c, const store::entry& e) const;
  void replace_last(chunk& c, item& made);
  protocol::renderer& renderer();

  protocol::acp_version version_;
  std::string quoted_sid_, epoch_;
  protocol::session_facts facts_;
  std::optional<protocol::renderer> renderer_; // made for the first entry of the other version
  std::uint64_t next_ = 0;
  std::string held_; // a frame that may be the last one of its entry
  // What the only frame of the last entry, and of the one at hand, may be replaced by; 0: nothing.
  std::uint64_t shown_ = 0, showing_ = 0;
};

/// An entry's own bytes with acpd's session id and number, without a newline; empty: it has none.
std::string logged_line(const store::entry& e, std::string_view quoted_sid, std::string_view epoch);

/// A v2 editor's answer to its prompt, under the id null: it is in the conversation.
std::string prompt_answer(std::string_view message_id);

/// UTC with milliseconds: 2026-11-22T18:02:11.123Z.
std::string iso_time(std::int64_t ms);

} // namespace acpd::net
