#pragma once

#include "protocol/compaction.h"
#include "protocol/splice.h"
#include "protocol/version.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::protocol {

/// What one editor can be shown. The flags are for v1 only: v2 needs no capability for any of it.
struct editor_view {
  acp_version version = acp_version::v1;
  bool notices = false;         // clientCapabilities.session.notices
  bool compaction = false;      // clientCapabilities.session.compaction
  bool boolean_options = false; // clientCapabilities.session.configOptions.boolean
  bool subagents = false;       // clientCapabilities.subagents
  bool states = true;           // state_update goes out as the notification _acpd/state
};

/// What only the answers to session/new, load and resume say of a session, and no update: raw JSON
/// as the agent wrote it, in the agent's version; empty where it said nothing.
struct session_facts {
  std::string modes;          // v1: {"currentModeId":…,"availableModes":[…]}
  std::string config_options; // array
};

/// One line of what an editor sees, without a newline. Its session id and params._meta go in by
/// protocol::render(out, line, where, session, meta), as for a logged line. `line` is valid during
/// the call that gives it.
struct rendered_frame {
  std::string_view line;
  splice where;
  /// Not 0: a later frame with the same number says all that this one says, so that this one may be
  /// skipped where a later one is at hand (the output of a terminal, several times a second).
  std::uint64_t replaced_by = 0;
};

/// What is known of a tool call, for a question about it. Raw JSON, in v2's words; may be empty.
struct call_hint {
  std::string title;
  std::string content; // array
};

/// A frame of a fold as an entry, for a renderer: the fold's turn and process are the caller's to
/// know (one number for all frames is good enough where only what is shown counts). Views of
/// `frame`.
logged_update entry_of(const folded_frame& frame, std::uint64_t turn, std::uint64_t process);

/// What an editor sees of a logged update of any version: zero or more whole lines for each. Where
/// both versions are the same the line goes out as it is, byte for byte; else it is valid under the
/// official schema of the editor's version if it was valid under its own. What v1 cannot say stands
/// in params._meta["acpd/v2"] or is left out: VERSIONS.md has each case.
///
/// A pure function of the entries given since it was made: render(a), render(b) shows what
/// prime(a), render(b) shows of b. It needs entries from the start of a turn on, in order, without
/// gaps. At a change of turn all is forgotten but tool calls and terminals that have not ended; at
/// a change of the agent's process, everything. So a cursor in mid-turn is continued by priming
/// with carried() of the turn before (usually nothing) and the entries of the turn so far; without
/// carried(), a call that began in an earlier turn is announced anew, with its id for a title.
/// v1 → v2 remembers nothing but configuration options and the mode.
///
/// Owned by one cursor of one editor (session and attachment); used on one thread at a time; the
/// entries need to live only for the call.
class renderer {
public:
  using sink = std::function<void(const rendered_frame&)>;

  explicit renderer(const editor_view& view, session_facts facts = {});
  ~renderer();
  renderer(renderer&&) noexcept;
  renderer& operator=(renderer&&) noexcept;

  /// Gives what is shown of `entry`: a session/update or another notification of the agent. About
  /// 1 µs for a text chunk. Never throws on what a peer wrote; what cannot be understood is not
  /// shown to an editor of the other version.
  void render(const logged_update& entry, const sink& show);

  /// The same without output.
  void prime(const logged_update& entry);

  /// v2 updates that, given to prime() of a new renderer with the turn and process of now, make it
  /// continue where this one is at the next turn: what of tool calls and terminals has not ended.
  std::vector<std::string> carried() const;

  /// For a permission request about a tool call (raw id with quotes).
  call_hint known_call(std::string_view tool_call_id) const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace acpd::protocol
