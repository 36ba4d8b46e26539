#include "server/net/remote/lobby.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <openssl/rand.h>
#include <spdlog/spdlog.h>
#include <stdexcept>
#include <sys/socket.h>

namespace acpd::remote {

std::optional<stream> lobby::open_pipe(const peer& who) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    spdlog::warn("no connection for the remote client {}: {}", who.name, std::strerror(errno));
    return std::nullopt;
  }
  daemon.connected(ends[0], who);
  return stream(socket(io, asio::generic::stream_protocol(AF_UNIX, 0), ends[1]));
}

bool lobby::knows(std::int64_t token) const {
  return std::ranges::any_of(tokens, [&](const known_token& t) { return t.id == token; });
}

std::string random_uuid() {
  unsigned char b[16];
  if (RAND_bytes(b, sizeof b) != 1) throw std::runtime_error("no random numbers");
  b[6] = static_cast<unsigned char>((b[6] & 0x0f) | 0x40);
  b[8] = static_cast<unsigned char>((b[8] & 0x3f) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < sizeof b; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += "0123456789abcdef"[b[i] >> 4];
    text += "0123456789abcdef"[b[i] & 15];
  }
  return text;
}

} // namespace acpd::remote
