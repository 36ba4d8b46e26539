#pragma once

#include "server/core/handshake.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace acpd::net {

class hub;
class agent_link;
struct session_host;

/// Which agent process may ask the index, about which folders: each is given a token of its own, in
/// the environment of the MCP server (`acpd mcp`) that it is offered with its session. The tokens
/// are secrets of their shims' rows: kept over the daemon's end, gone with the process; never
/// logged, never in an editor's list. Owned by the hub; session thread.
class index_access {
public:
  explicit index_access(hub& h) : hub_(h) {}

  /// A session is about to be opened or restored in this process: its folders are indexed, and the
  /// MCP server is put into its list, unless the configuration says no.
  void offer(agent_link& process, core::opening& what);
  /// A process that the last daemon started.
  void adopt(const agent_link& process, const session_host& host);
  void forget(std::int64_t shim) { grants_.erase(shim); }

  /// The shim whose agent has this token; 0: none. A peer below a shim may use only that one's.
  std::int64_t holder(std::string_view token, pid_t peer) const;
  /// The folders that its questions may be about, cwd first; none: it may not ask any more.
  const std::vector<std::string>& folders(std::int64_t shim) const;

private:
  struct grant {
    std::string token;
    std::vector<std::string> folders;
  };

  hub& hub_;
  std::map<std::int64_t, grant> grants_; // by shim row
};

/// `servers` (a raw array) with acpd's own behind the others, as ACP's `version` writes it.
std::string with_own_server(std::string_view servers, std::string_view program,
                            std::string_view socket, std::string_view token, bool v2);

/// Whether two secrets are equal, in a time that does not depend on where they differ.
bool same_secret(std::string_view a, std::string_view b);

} // namespace acpd::net
