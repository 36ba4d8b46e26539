#include "server/wire/index_config.h"

#include "server/wire/config_reader.h"

namespace acpd::wire {

void read_index(config_reader& top, index_config& out) {
  config_reader in = top.table("index", {"enabled", "mcp", "deny", "include", "idle_seconds"});
  in.flag("enabled", out.enabled);
  in.flag("mcp", out.mcp);
  const auto globs = [&](std::string_view key, std::vector<std::string>& into) {
    if (const toml::node* node = in.find(key)) into = in.names(*node, key);
  };
  globs("deny", out.deny);
  globs("include", out.include);
  std::int64_t idle = out.idle.count();
  in.number("idle_seconds", idle, 1, 30LL * 24 * 3600);
  out.idle = std::chrono::seconds(idle);
}

} // namespace acpd::wire
