#pragma once

#include <cstdint>
#include <string_view>

namespace acpd::wire {

/// What a client sends first when it wants the framed protocol of BRIDGE.md instead of plain ACP.
inline constexpr std::string_view bridge_magic = "ACPD/1\n";

enum class bridge_frame : std::uint8_t {
  // bridge → daemon
  hello = 1, // JSON: who the bridge is and what it remembers
  line = 2,  // number: n; payload: one line from the editor
  ping = 3,  // number: comes back in the pong
  // daemon → bridge
  welcome = 16, // JSON: epoch, version
  refused = 17, // JSON: {"text"}: the connection ends; do not try again by yourself
  ack = 18,  // number: n of a line that need not be sent again after its answer or, if none is due,
             // at all
  data = 19, // slot, seq: lines for the editor; afterwards the cursor of the slot is seq
  answer = 20,   // number: n of the request answered; else as data
  ask = 21,      // one request line for the editor; else as data
  withdraw = 22, // one $/cancel_request line for an earlier ask; else as data
  slot = 23,     // slot, seq: JSON {"sessionId","epoch"}: opens a slot, with its cursor
  replay = 24,   // slot, number: index of the last replay frame in it, seq: head; lines of a
                 // compacted replay
  bye = 25,      // JSON {"stop":bool}: the daemon ends
  pong = 27,     // number: of the ping
  unslot = 26,   // slot: the session is gone; forget its cursor
};

} // namespace acpd::wire
