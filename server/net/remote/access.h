#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::remote {

/// Which Host and Origin headers are served. A browser sends both truthfully: a page of another
/// site that reaches a listener, by its address or by a name that it points there (DNS rebinding),
/// is refused before its token is looked at. Pure; owned by the front, read on its thread.
struct access_rules {
  std::vector<std::string> hosts; // names besides the loopback's, the listener's address, and:
  std::function<bool(const std::string&)> in_certificate; // may be empty
  std::vector<std::string> origins; // "https://editor.example" besides those of loopback pages

  /// `own_address`: the one that this connection came to.
  bool allows_host(std::string_view header, std::string_view own_address) const;
  /// An absent header is no browser's: allowed.
  bool allows_origin(std::string_view header) const;
};

/// "Host:port" or "[v6]:port" without the port, in lower case; empty: no such thing.
std::string host_name(std::string_view authority);
bool is_loopback(std::string_view name);

} // namespace acpd::remote
