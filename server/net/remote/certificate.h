#pragma once

#include "protocol/failure.h"
#include "server/net/remote/beast.h"

#include <cstdint>
#include <memory>
#include <string>

namespace acpd::remote {

/// The certificate and key that the front shows, from PEM files that may be renewed while it runs:
/// whoever connects after that is shown the new one, and who is connected stays. A renewal that
/// cannot be used (half written, the other file not there yet) is said once in the log and tried
/// again when the files change again. Owned by the lobby; front's thread.
class certificate {
public:
  /// Errors: the files cannot be used together. The text says what to do.
  static protocol::result<certificate> load(std::string chain_file, std::string key_file);

  /// For the next connection. Looks whether a file has changed: two calls of stat().
  asio::ssl::context& current();
  /// Whether it was made for `name`: a host name, an IPv4 address, or an IPv6 address in brackets.
  bool is_for(const std::string& name) const;

private:
  struct stamp {
    std::int64_t chain = 0, key = 0; // when each was written, ns; 0: it is not there
    bool operator==(const stamp&) const = default;
  };
  certificate(std::string chain_file, std::string key_file)
      : chain_file_(std::move(chain_file)), key_file_(std::move(key_file)) {}
  stamp looked_at() const;
  protocol::result<std::unique_ptr<asio::ssl::context>> read() const;

  std::string chain_file_, key_file_;
  stamp seen_;
  std::unique_ptr<asio::ssl::context> context_; // OpenSSL keeps it for the connections that it has
};

} // namespace acpd::remote
