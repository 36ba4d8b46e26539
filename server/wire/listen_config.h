#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace acpd::wire {

class config_reader;

/// [listen]: for clients from elsewhere. Without an address nothing listens but the Unix socket.
struct listen_config {
  std::string address;                  // address: "127.0.0.1:8787"
  std::string tls_certificate, tls_key; // tls_cert, tls_key: PEM files
  std::vector<std::string> hosts;       // names by which clients may call it
  std::vector<std::string> origins;     // of pages that may use it
  std::chrono::seconds idle{300};       // idle_seconds: of an HTTP connection
  std::chrono::seconds ping{15};        // ping_seconds: five unanswered ones are the end
  std::size_t max_connections = 256;
};

void read_listen(config_reader& top, listen_config& out);

} // namespace acpd::wire
