#pragma once

#include "protocol/frame_out.h"

#include <string>
#include <string_view>

namespace acpd::protocol {

/// What a v2 editor sees of v1 updates. Remembers only the configuration options and the mode, as
/// v2 has one list for both. Owned by a renderer; private to the room.
class view_v2 {
public:
  explicit view_v2(session_facts facts) : facts_(std::move(facts)) {}

  void add(const logged_update& u, const envelope& e, std::string_view variant, frame_out& out);

private:
  void tool(std::string_view update, bool announces, frame_out& out) const;
  void mode(std::string_view update, frame_out& out);
  void options(std::string_view update, frame_out& out);

  session_facts facts_; // its config_options are replaced by those of the updates
  std::string mode_;    // raw currentModeId, newer than facts_; empty: none
};

} // namespace acpd::protocol
