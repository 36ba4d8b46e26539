#pragma once

#include <optional>
#include <string>
#include <vector>

namespace acpd::index {

/// The standard output of `git ARGUMENTS…`. Nothing: git is missing, exits other than 0, or has not
/// ended after five seconds (it is killed). GIT_* variables are not passed on: the daemon may have
/// been started by a git hook of some other repository.
std::optional<std::string> run_git(const std::vector<std::string>& arguments);

} // namespace acpd::index
