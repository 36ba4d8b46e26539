#include "server/net/mcp_servers.h"

#include "protocol/envelope.h"
#include "protocol/errors.h"
#include "server/net/agent_facts.h"

#include <set>
#include <string>

namespace acpd::net {

using namespace protocol;

protocol::result<void> can_take(std::string_view servers, std::string_view initialize_result,
                                std::string_view agent, acp_version client) {
  if (!servers.starts_with('[')) return {};
  std::string wrong;
  std::set<std::string> names;
  const auto refuse = [&](std::string why) {
    if (wrong.empty()) wrong = std::move(why);
  };
  const std::string_view can = capabilities_of(initialize_result, "mcp");
  for_each_element(servers, [&](std::string_view server) {
    const std::string name = unquote(member(server, "name"));
    const std::string type = unquote(member(server, "type"));
    if (name.empty()) return refuse("params.mcpServers: each needs a name, a string");
    if (!names.insert(name).second && client == acp_version::v2)
      return refuse("params.mcpServers: two are called \"" + name +
                    "\"; in ACP v2 names are unique");
    if (type.empty() || type == "stdio") return;
    if (initialize_result.empty() || says_yes(member(can, type))) return;
    refuse("params.mcpServers: the agent \"" + std::string(agent) + "\" cannot use the server \"" +
           name + "\": its mcpCapabilities do not have \"" + type +
           "\"; leave it out, or offer it over stdio");
  });
  if (!wrong.empty()) return std::unexpected(failure{invalid_params, std::move(wrong)});
  return {};
}

bool has_own_server(std::string_view servers) {
  bool own = false;
  if (servers.starts_with('['))
    for_each_element(servers, [&](std::string_view server) {
      own = own || member(server, "type") == R"("acp")";
    });
  return own;
}

std::string mcp_unavailable(std::string_view why) {
  return R"({"error":{"code":-32000,"message":)" + protocol::quoted(why) + "}}";
}

} // namespace acpd::net
