#pragma once

#include <string>
#include <string_view>

namespace acpd::net {

// What an editor gets instead of what it cannot show. Made while it is written, never logged.

/// A rendered `notice` as an agent_message_chunk, with the same _meta: warnings and errors are for
/// every person. Empty: it is of no more than informational weight, and is left out.
std::string notice_as_message(std::string_view line);

/// Lines of v1 for a client that has no options that are true or false: config_option_updates have
/// none of them. The other lines stay as they are.
std::string without_boolean_options(std::string_view lines);
/// The same for a raw array of options.
std::string select_options(std::string_view options);

/// An agent's request whose scope is one of acpd's own requests to it (params.requestId), with the
/// session instead, which every editor knows. `quoted_sid` is raw JSON.
std::string in_session_scope(std::string_view line, std::string_view quoted_sid);

} // namespace acpd::net
