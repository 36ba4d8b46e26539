#pragma once

#include <string_view>

namespace acpd::cli {

/// The same as server/packaging/completions/acpctl.bash and _acpctl: a test compares them.
std::string_view bash_completion();
std::string_view zsh_completion();

} // namespace acpd::cli
