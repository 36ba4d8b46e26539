#pragma once

#include "server/core/types.h"

#include <string>
#include <string_view>

namespace acpd::core {

/// What a state_update (raw params.update) says; an empty one: idle.
activity activity_of(std::string_view update);

/// Why the foreground work ended: its stop reason, "end_turn" where it names none.
std::string outcome_of(std::string_view update);

/// ACP v1's response to the prompt whose turn that state_update ended, id null. An error becomes an
/// error; a reason that v1 has not becomes "end_turn", with the reason in _meta["acpd/v2"].
std::string v1_response(std::string_view update);

/// A user's whole message, as an agent of v2 would tell it. `blocks`: raw array.
std::string v2_user_message(std::string_view quoted_sid, std::string_view message_id,
                            std::string_view blocks);

/// session/update of v2 with idle; `reason`: "cancelled", or "error" with `text`.
std::string v2_idle(std::string_view quoted_sid, std::string_view reason, std::string_view text);

/// available_commands_update of v2. `commands`: raw array.
std::string v2_commands(std::string_view quoted_sid, std::string_view commands);

} // namespace acpd::core
