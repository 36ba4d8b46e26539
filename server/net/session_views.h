#pragma once

#include "server/net/session_host.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace acpd::net {

class hub;

// What clients are told of a session outside of its log, as raw JSON. Session thread. The forms are
// in protocol/extensions.schema.json.

/// `idle`, `running`, `requires_action` or `interrupted`.
std::string_view state_of(const session_host& host);
/// What answers to session/new, load and resume say of it, in that version's words: raw JSON.
/// `booleans`: for a client that knows options that are true or false.
std::string session_facts_for(const session_host& host, protocol::acp_version version,
                              bool booleans);
/// `_meta.acpd` of a session: state, turn, queue, progress.
std::string session_facts(const hub& h, const session_host& host);
/// An item of session/list.
std::string list_item(const hub& h, const session_host& host);

/// The id under which editors and `_acpd/pending/…` know a question, and the row that such an id
/// names; 0: none. An id is a question's only if it is question_id() of that row.
std::string question_id(const core::question& q);
std::int64_t row_of_question(std::string_view id);
/// A question that waits: what is asked, by which agent, since when.
std::string pending_item(const session_host& host, const core::question& q);

/// The prompts that wait, in order. `author`: whose are marked as own. `whole`: with their text.
std::string queue_json(const session_host& host, std::string_view author, bool whole);

} // namespace acpd::net
