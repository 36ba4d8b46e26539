#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace acpd::protocol {

/// Appends `bytes` in base64 (RFC 4648, section 4, with padding).
void append_base64(std::string& out, std::string_view bytes);

/// The bytes of a base64 text with its padding; nothing when it is none.
std::optional<std::string> from_base64(std::string_view text);

} // namespace acpd::protocol
