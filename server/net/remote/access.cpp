#include "server/net/remote/access.h"

#include <algorithm>

namespace acpd::remote {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_port(std::string_view text) {
  return text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

} // namespace

std::string host_name(std::string_view authority) {
  const std::size_t colon =
      authority.starts_with('[') ? authority.find(':', authority.find(']')) : authority.find(':');
  const std::string_view name = authority.substr(0, colon);
  if (colon != std::string_view::npos && !is_port(authority.substr(colon + 1))) return {};
  if (name.starts_with('[') != name.ends_with(']')) return {};
  if (name.find_first_of(" \t/?#@\\,") != std::string_view::npos) return {};
  std::string found = lower(name);
  if (found.ends_with('.')) found.pop_back(); // a name written whole
  return found;
}

bool is_loopback(std::string_view name) {
  if (name == "localhost" || name == "[::1]") return true;
  // 127.0.0.0/8 as an address: "127.evil.example" is a name.
  return name.starts_with("127.") &&
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool access_rules::allows_host(std::string_view header, std::string_view own_address) const {
  const std::string name = host_name(header);
  if (name.empty()) return false;
  if (is_loopback(name) || name == own_address) return true;
  if (std::ranges::any_of(hosts, [&](const std::string& h) { return lower(h) == name; }))
    return true;
  return in_certificate && in_certificate(name);
}

bool access_rules::allows_origin(std::string_view header) const {
  if (header.empty()) return true;
  const std::string origin = lower(header);
  if (std::ranges::any_of(origins, [&](const std::string& o) { return lower(o) == origin; }))
    return true;
  for (const std::string_view scheme : {"http://", "https://"})
    if (origin.starts_with(scheme)) return is_loopback(host_name(origin.substr(scheme.size())));
  return false;
}

} // namespace acpd::remote
