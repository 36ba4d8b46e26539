#pragma once

#include "protocol/version.h"
#include "server/wire/config.h"

#include <string>
#include <string_view>

namespace acpd::net {

/// What decides how an editor is answered.
struct editor_terms {
  protocol::acp_version version = protocol::acp_version::v1;
  bool terminal_login = false; // it can show a login in a terminal
  bool close_stops = false;    // v1: session/close is offered, as it ends the work
};

/// acpd's answer to an editor's `initialize`: the agent's own, with what acpd does itself put over
/// it (load, list, resume, delete, close, _meta), and without what the client cannot do. In the
/// editor's version, whatever the agent's.
std::string initialize_answer(const std::string& agents_result, const editor_terms& editor);

/// What it can do with "prompt" or "mcp", in either version's words; empty: it did not say.
std::string_view capabilities_of(std::string_view agents_result, std::string_view what);
/// Whether a capability says yes: v1's true, v2's {}.
bool says_yes(std::string_view capability);

/// What it takes in prompts besides text and links: raw JSON, `["image","audio"]`; empty: not
/// known.
std::string prompt_kinds(std::string_view agents_result);

/// Changes when the agent may be another one: command line, the program's inode, size and mtime,
/// configured environment, ACP version.
std::string fingerprint(const wire::agent_config& agent);

} // namespace acpd::net
