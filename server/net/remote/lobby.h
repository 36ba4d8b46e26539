#pragma once

#include "server/net/remote/access.h"
#include "server/net/remote/beast.h"
#include "server/net/remote/certificate.h"
#include "server/net/remote/daemon_side.h"
#include "server/net/remote/stream.h"

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace acpd::remote {

class visitor;
class http_connection;

/// What all connections of the front share. Owned by the front, used on its thread only; outlives
/// every connection.
struct lobby {
  lobby(asio::io_context& context, daemon_side& d) : io(context), daemon(d) {}

  asio::io_context& io;
  daemon_side& daemon;
  access_rules access;
  std::vector<known_token> tokens;
  std::optional<certificate> tls;
  std::chrono::seconds idle{300}; // of an HTTP connection without a receiver
  std::chrono::seconds ping{15};
  std::size_t max_connections = 256;

  std::list<visitor*> half_open; // oldest first: have presented no token yet
  std::set<visitor*> visitors;   // all of them
  std::map<std::string, std::shared_ptr<http_connection>, std::less<>> http;
  bool closing = false;

  /// The daemon's end of a new connection for `who` is handed over; the other one is the result.
  /// Nothing when there are no descriptors left.
  std::optional<stream> open_pipe(const peer& who);
  bool knows(std::int64_t token) const;
};

/// An id of a connection, as the SDK's: a random UUID.
std::string random_uuid();

} // namespace acpd::remote
