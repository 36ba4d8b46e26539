#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace acpd::remote {

enum class role : std::uint8_t {
  controller, // everything that the user's own editor may do
  observer,   // looks on: observer.h
};

/// What the front knows of a token: never the token itself.
struct known_token {
  std::int64_t id = 0;
  std::string name;
  role rights = role::observer;
  std::string hash; // SHA-256
};

/// Who presented a token.
struct peer {
  std::int64_t token = 0;
  std::string name; // of the token
  role rights = role::observer;
  std::string address; // for the log
};

/// All that the front needs of the daemon. Called on the front's thread; the daemon's own state is
/// on another. Outlives the front.
class daemon_side {
public:
  virtual ~daemon_side() = default;
  /// A client was admitted: `fd`, which becomes the daemon's, is its connection, as if it had come
  /// to the Unix socket: plain ACP lines, or the bridge's frames.
  virtual void connected(int fd, const peer& who) = 0;
  /// The token was presented.
  virtual void token_used(std::int64_t token) = 0;
};

} // namespace acpd::remote
