// MCP servers that a client names, and those that live in the client itself.
#include "protocol/errors.h"
#include "server/core/lines.h"
#include "server/net/hub.h"
#include "server/net/link.h"
#include "server/net/mcp_servers.h"

namespace acpd::net {

using namespace protocol;

/// The last complete list that a controller gave: it applies from the agent's next start. False: it
/// cannot be used, and the request is answered.
bool link::keep_servers(const incoming& r, session_host& host) {
  const std::string_view servers = r.param("mcpServers");
  if (!abilities_.names_servers || !servers.starts_with('[')) return true;
  const std::string& agent = host.core.data().agent;
  if (const auto fit = can_take(servers, hub_.said(agent), agent, version_); !fit) {
    reply_error(r, fit.error().code, fit.error().text);
    return false;
  }
  host.servers_of = has_own_server(servers) ? author_ : std::string();
  hub_.log.put(
      store::put_secret{"session:" + std::to_string(host.core.data().id), std::string(servers)});
  return true;
}

/// A notification of an MCP server in this client about a request that is under way: to the agent
/// that asked. It names no session; the request does.
void link::pass_mcp(std::string_view line, const envelope& e) {
  const std::string_view params = e.params ? e.params.in(line) : std::string_view("{}");
  const std::string_view server = member(params, "serverId"), about = member(params, "requestId");
  for (const auto& [id, a] : attached_) {
    session_host* host = hub_.find(id);
    if (!host) continue;
    for (const auto& [row, q] : host->core.questions()) {
      if (q.method != "mcp/message" || !a.shown.contains(row)) continue;
      const auto asked = scan(q.line);
      const std::string_view theirs = asked->params.in(q.line);
      if (member(theirs, "serverId") != server || member(theirs, "requestId") != about) continue;
      return hub_.step(*host, core::notification_in{line, e});
    }
  }
  spdlog::debug("client={} sent mcp/message about nothing that is asked: dropped", author_);
}

} // namespace acpd::net
