#pragma once

#include "protocol/render.h"
#include "server/net/entry_view.h"
#include "server/store/database.h"

#include <cstdint>
#include <string>
#include <vector>

namespace acpd::net {

// Making a replay, on the reader thread.

/// Gives a new view the turn so far, up to `from`.
void prime_turn(entry_view& view, store::reader& db, std::int64_t session, std::uint64_t from);

/// The updates of tool calls (raw params.update) that the agent sent in the turn before `from`.
std::vector<std::string> calls_of_turn(store::reader& db, std::int64_t session, std::uint64_t from);

/// The same as prime_turn(), where entry `from` needs it: it is in the other version.
void prime_up_to(entry_view& view, store::reader& db, std::int64_t session, std::uint64_t from);

/// The frames of a compacted replay as an editor of `version` sees them. `rest` has rendered the
/// parts before.
std::vector<protocol::folded_frame> rendered_folds(std::vector<protocol::folded_frame> frames,
                                                   protocol::acp_version version,
                                                   protocol::renderer& rest);

} // namespace acpd::net
