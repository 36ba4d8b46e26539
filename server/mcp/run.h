#pragma once

namespace acpd::mcp {

/// `acpd mcp`: an MCP server on stdin and stdout, for the agent that has started it. Asks the
/// daemon whose socket and token are in its environment (ACPD_SOCKET, ACPD_MCP_TOKEN). Ends with
/// its input, or with its parent.
int run(int argc, char** argv);

} // namespace acpd::mcp
