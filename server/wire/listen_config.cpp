#include "server/wire/listen_config.h"

#include "server/wire/config_reader.h"

namespace acpd::wire {

void read_listen(config_reader& top, listen_config& out) {
  config_reader in = top.table("listen", {"address", "tls_cert", "tls_key", "hosts", "origins",
                                          "idle_seconds", "ping_seconds", "max_connections"});
  in.text("address", out.address);
  in.text("tls_cert", out.tls_certificate);
  in.text("tls_key", out.tls_key);
  const auto names = [&](std::string_view key, std::vector<std::string>& into) {
    if (const toml::node* node = in.find(key)) into = in.names(*node, key);
  };
  names("hosts", out.hosts);
  names("origins", out.origins);
  std::int64_t idle = out.idle.count();
  in.number("idle_seconds", idle, 1, 30LL * 24 * 3600);
  out.idle = std::chrono::seconds(idle);
  std::int64_t ping = out.ping.count();
  in.number("ping_seconds", ping, 1, 3600);
  out.ping = std::chrono::seconds(ping);
  in.number("max_connections", out.max_connections, 1, 10'000);
}

} // namespace acpd::wire
