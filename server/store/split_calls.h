#pragma once

#include "protocol/compaction.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::store {

// A turn of more entries than a run has is folded in several runs, and a tool call may have a frame
// in each. In a replay it stands once, at its first place. So that this is known before the pieces
// are read, each such run leaves a short note of each of its calls beside its singletons: a frame
// with the seq of the call's own, whose line is "<turn> <process> <a|u> <toolCallId, raw>", a: it
// begins with a tool_call, u: with an update of a call that is elsewhere. A note "end" ends the
// turn.

/// Cheap, and never wrong with a no: may this line be a tool call's?
bool may_be_tool_call(std::string_view line);
bool announces_call(std::string_view line);

/// The note of a tool call's frame; none: it is not one.
std::optional<protocol::folded_frame> split_call(const protocol::folded_frame& frame,
                                                 std::uint64_t turn, std::uint64_t process,
                                                 bool announced);
protocol::folded_frame end_of_turn(std::uint64_t seq);
bool is_note(const protocol::folded_frame& single);

/// What stands in the place of frames of calls that are split: by the frame's seq; an empty line:
/// nothing, since it is part of an earlier one.
using joined_calls = std::map<std::uint64_t, protocol::folded_frame>;

/// Joins the calls that have several notes; `notes` in order. `frame_of` gives the frame of a seq.
joined_calls
join_calls(const std::vector<protocol::folded_frame>& notes,
           const std::function<std::optional<protocol::folded_frame>(std::uint64_t)>& frame_of);

} // namespace acpd::store
