#pragma once

#include "protocol/envelope.h"
#include "protocol/errors.h"
#include "server/core/types.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace acpd::core {

/// The editor's line as the agent gets it: id and session id exchanged, acpd's own _meta left out.
/// `agent_sid` is raw JSON. Empty n: it has no id.
std::string to_agent(std::string_view line, const protocol::envelope& e, std::uint64_t n,
                     std::string_view agent_sid);

/// session/update with one block of a prompt (raw JSON) as user_message_chunk.
std::string user_message(std::string_view quoted_sid, std::string_view block);
/// session/update with a text of acpd's own as agent_message_chunk.
std::string own_message(std::string_view quoted_sid, std::string_view text);

/// Response lines; `id` is raw JSON.
std::string result_line(std::string_view id, std::string_view raw_result);
std::string error_line(std::string_view id, std::string_view raw_error);
std::string error_line(std::string_view id, int code, std::string_view text,
                       std::string_view raw_data = {});

/// The agent's answer to a prompt that was cancelled, as ACP v1 wants it: its result with the stop
/// reason "cancelled", or that alone when it answered an error. Id null.
std::string as_cancelled(std::string_view response);

/// What an agent is answered whose question nobody will answer: not approved. Raw JSON.
std::string_view declined(question_kind kind);

std::string notification_line(std::string_view method, std::string_view raw_params);
std::string request_line(std::uint64_t n, std::string_view method, std::string_view raw_params);

/// Hash of an author's name, as user_message entries carry it.
std::uint64_t author_hash(std::string_view author);

} // namespace acpd::core
