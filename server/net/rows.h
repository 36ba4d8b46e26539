#pragma once

#include "server/core/types.h"
#include "server/net/session_host.h"
#include "server/store/database.h"

#include <string>

namespace acpd::net {

// Between the core's values and the store's rows, which do not know each other.

store::entry_kind to_store(core::entry_kind kind);
store::outgoing_kind to_store(core::send_kind kind);
core::send_kind from_store(store::outgoing_kind kind);
store::session_row session_row_of(const session_host& host);
store::turn_row turn_row_of(const core::turn& t, std::int64_t session);
core::turn turn_of(const store::turn_row& row);
store::question_row question_row_of(const core::question& q, const session_host& host);
core::question question_of(const store::question_row& row, protocol::acp_version version);
core::session_seed seed_of(const store::session_state& found);
std::string outgoing_owner(std::int64_t shim, std::uint64_t n);
/// What is shown of a process's terminals: it goes with the shim's row, as its outgoing lines do.
std::string terminals_owner(std::int64_t shim);
/// Of the token with which a shim's agent may ask the index.
std::string index_owner(std::int64_t shim);
std::string_view name_of(store::entry_kind kind);

} // namespace acpd::net
