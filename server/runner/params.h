#pragma once

#include "protocol/envelope.h"
#include "protocol/failure.h"

#include <string>
#include <string_view>

namespace acpd::runner {

/// Reads members of a request's raw params. Errors (invalid_params) carry the path of the member.

protocol::result<std::string> string_at(std::string_view params, std::string_view key);
/// An existing directory, absolute.
protocol::result<std::string> directory_at(std::string_view params, std::string_view key);
/// The texts of a prompt's text blocks, in order; other blocks are left out.
protocol::result<std::string> prompt_text(std::string_view params);

} // namespace acpd::runner
