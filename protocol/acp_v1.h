#pragma once

#include <string>
#include <string_view>

/// Builders of the ACP v1 lines that acpd writes itself. Each appends one whole line to `out`,
/// without a newline. `id`, `session`, `params`, `result`, `data`, `content` and `option_id` are
/// raw JSON (strings with their quotes), taken as they are; only `text` and `method` are plain and
/// get quoted here.
namespace acpd::protocol::v1 {

void request(std::string& out, std::string_view id, std::string_view method,
             std::string_view params);
void notification(std::string& out, std::string_view method, std::string_view params);

void result_response(std::string& out, std::string_view id, std::string_view result);
/// An empty id becomes null (the request's was not readable); an empty data is left out.
void error_response(std::string& out, std::string_view id, int code, std::string_view text,
                    std::string_view data = {});

/// session/update with one content block of the user, as the agent would echo it.
void user_message_chunk(std::string& out, std::string_view session, std::string_view content);
/// session/update with a text of acpd's own, shown as the agent's.
void agent_message_chunk(std::string& out, std::string_view session, std::string_view text);

/// $/cancel_request for a request that the reader of this line was sent.
void cancel_request(std::string& out, std::string_view id);

/// Answers to session/request_permission.
void permission_cancelled(std::string& out, std::string_view id);
void permission_selected(std::string& out, std::string_view id, std::string_view option_id);

} // namespace acpd::protocol::v1
