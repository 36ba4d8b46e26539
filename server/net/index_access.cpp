#include "server/net/index_access.h"

#include "protocol/envelope.h"
#include "server/agent/peer.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/index_folders.h"
#include "server/net/index_service.h"
#include "server/net/rows.h"
#include "server/wire/known_agents.h"

#include <unordered_set>

namespace acpd::net {

using namespace protocol;

namespace {

constexpr std::size_t token_digits = 64;
constexpr std::string_view own_name = "acpd";

bool has_name(std::string_view servers, std::string_view name) {
  bool there = false;
  for_each_element(servers, [&](std::string_view server) {
    there = there || unquote(member(server, "name")) == name;
  });
  return there;
}

bool is_v2(std::string_view initialize_result) {
  return member(initialize_result, "protocolVersion") == "2";
}

/// v1: every agent takes stdio servers; v2: those that say so.
bool takes_stdio(std::string_view initialize_result) {
  if (!is_v2(initialize_result)) return true;
  const std::string_view session = member(member(initialize_result, "capabilities"), "session");
  return member(member(session, "mcp"), "stdio").starts_with('{');
}

} // namespace

std::string with_own_server(std::string_view servers, std::string_view program,
                            std::string_view socket, std::string_view token, bool v2) {
  const auto variable = [](std::string_view name, std::string_view value) {
    return R"({"name":")" + std::string(name) + R"(","value":)" + protocol::quoted(value) + "}";
  };
  const std::string name(has_name(servers, own_name) ? "acpd-index" : own_name);
  const std::string own = "{" + std::string(v2 ? R"("type":"stdio",)" : "") + R"("name":)" +
                          protocol::quoted(name) + R"(,"command":)" + protocol::quoted(program) +
                          R"(,"args":["mcp"],"env":[)" + variable("ACPD_MCP_TOKEN", token) + "," +
                          variable("ACPD_SOCKET", socket) + "]}";
  std::string all;
  for_each_element(servers, [&](std::string_view server) { all.append(server).append(","); });
  return "[" + all + own + "]";
}

bool same_secret(std::string_view a, std::string_view b) {
  volatile unsigned char differ = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    differ = static_cast<unsigned char>(differ | (a[i] ^ b[i]));
  return differ == 0;
}

void index_access::offer(agent_link& process, core::opening& what) {
  const wire::index_config& config = hub_.config.index;
  if (!config.enabled) return;
  grant& g = grants_[process.id()];
  g.folders = folders_of(unquote(what.cwd), what.additional_dirs);
  for (const std::string& root : g.folders)
    hub_.index->use(root);
  const std::string& said = process.handshake().initialize_result();
  if (!config.mcp || !takes_stdio(said)) return;
  if (g.token.empty()) {
    g.token = random_hex(token_digits);
    hub_.log.put(store::put_secret{index_owner(process.id()), g.token});
  }
  what.mcp_servers =
      with_own_server(what.mcp_servers, wire::beside_this_executable("acpd").string(),
                      hub_.paths.socket.string(), g.token, is_v2(said));
}

void index_access::adopt(const agent_link& process, const session_host& host) {
  if (!hub_.config.index.enabled) return;
  hub_.pool.read(
      [owner = index_owner(process.id())](store::reader& db) { return db.secret(owner); },
      [this, shim = process.id(), folders = folders_of(host.core.data())](auto token) {
        if (token && hub_.agents.contains(shim)) grants_[shim] = {std::move(*token), folders};
      });
}

std::int64_t index_access::holder(std::string_view token, pid_t peer) const {
  std::int64_t found = 0;
  for (const auto& [shim, g] : grants_)
    if (!g.token.empty() && same_secret(g.token, token)) found = shim;
  std::unordered_set<pid_t> shims;
  for (const auto& [id, a] : hub_.agents)
    if (a->hello().shim_pid > 0) shims.insert(a->hello().shim_pid);
  const auto above = agent::shim_above(peer, shims);
  const auto process = hub_.agents.find(found);
  if (!found || !above || process == hub_.agents.end()) return 0;
  // One that runs apart from its shim (in a scope of its own, say) has its token to show.
  return *above == 0 || *above == process->second->hello().shim_pid ? found : 0;
}

const std::vector<std::string>& index_access::folders(std::int64_t shim) const {
  static const std::vector<std::string> none;
  const auto at = grants_.find(shim);
  return at == grants_.end() ? none : at->second.folders;
}

} // namespace acpd::net
