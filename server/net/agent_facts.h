#pragma once

#include "server/wire/config.h"

#include <string>
#include <string_view>

namespace acpd::net {

/// acpd's answer to an editor's `initialize`: the agent's own, with what acpd does itself put over
/// it (load, list, resume, delete, close, _meta), and without what the client cannot do.
std::string initialize_answer(const std::string& agents_result, bool terminal_login,
                              bool close_stops);

/// Changes when the agent may be another one: command line, the program's inode, size and mtime,
/// configured environment, ACP version.
std::string fingerprint(const wire::agent_config& agent);

} // namespace acpd::net
