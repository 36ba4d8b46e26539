#pragma once

#include "server/net/remote/daemon_side.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::remote {

/// A new token: "acpd_" and 64 hexadecimal digits, 256 random bits.
std::string make_token();

/// SHA-256. A salt or a slow hash would add nothing: they stand against guessing, and 256 random
/// bits cannot be guessed.
std::string hash_of(std::string_view token);

/// Which of the tokens it is. Takes the same time whatever is presented: every hash is compared
/// whole.
const known_token* find_token(const std::vector<known_token>& known, std::string_view presented);

/// The token in the value of an Authorization header; the scheme's name in any case (RFC 7235).
std::optional<std::string_view> bearer_token(std::string_view header);

} // namespace acpd::remote
