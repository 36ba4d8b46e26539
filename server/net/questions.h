#pragma once

#include "server/net/session_host.h"

#include <string>
#include <string_view>

namespace acpd::net {

// What an editor of a version is told beside the log. Session thread.

/// The request that a question is for an editor of `version`: its words, with texts in the place of
/// terminals, and in the session's scope. Ids are still the agent's.
std::string asked_of_editor(session_host& host, const core::question& q,
                            protocol::acp_version version);

/// An editor's result of that request in the agent's words.
std::string answer_of_editor(const core::question& q, protocol::acp_version version,
                             std::string_view result);

/// A session/update with a text of acpd's own that stands in no log: a message by itself.
std::string message_for(const session_host& host, protocol::acp_version version,
                        std::string_view text);

} // namespace acpd::net
