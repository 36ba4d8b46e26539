#include "clients/cli/bridge/identity.h"

#include <array>
#include <cstdlib>
#include <random>
#include <string_view>

extern char** environ;

namespace acpd::bridge {
namespace {

/// RFC 9562, version 4.
std::string random_uuid() {
  std::random_device dice;
  std::array<unsigned char, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    const unsigned word = dice();
    for (std::size_t j = 0; j < 4; ++j)
      bytes[i + j] = static_cast<unsigned char>(word >> (8 * j));
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

std::string environment_object() {
  std::string out = "{";
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || text.starts_with("ACPD_")) continue;
    if (out.size() > 1) out += ',';
    protocol::append_quoted(out, text.substr(0, equals));
    out += ':';
    protocol::append_quoted(out, text.substr(equals + 1));
  }
  return out += '}';
}

} // namespace

identity own_identity(const std::string& agent, bool elsewhere) {
  const char* session = std::getenv("ACPD_SESSION");
  return {random_uuid(), ACPD_VERSION, agent, session == nullptr ? "" : session,
          elsewhere ? "{}" : environment_object()};
}

} // namespace acpd::bridge
