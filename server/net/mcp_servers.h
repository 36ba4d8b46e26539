#pragma once

#include "protocol/failure.h"
#include "protocol/version.h"

#include <string>
#include <string_view>

namespace acpd::net {

/// Whether an agent can be given these MCP servers: a raw array of a v1 or v2 client, and the
/// agent's raw answer to `initialize` (empty: not known, then the agent judges itself). stdio
/// always goes; http, sse and acp only where its mcpCapabilities say so; to a client of v2 names
/// are unique. The failure names the server.
protocol::result<void> can_take(std::string_view servers, std::string_view initialize_result,
                                std::string_view agent, protocol::acp_version client);

/// Whether one of them lives in the client itself ({"type":"acp"}).
bool has_own_server(std::string_view servers);

/// Raw result of `mcp/message` when the editor with that server is not there: MCP's own error, so
/// that it becomes a tool's error, and no failure of the connection.
std::string mcp_unavailable(std::string_view why);

} // namespace acpd::net
