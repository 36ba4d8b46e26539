#pragma once

#include <functional>
#include <map>
#include <string>

namespace acpd::index::test {

/// Runs `body` in a child process, in a user namespace with limits of its own (names in
/// /proc/sys/user). True: it returned true. Throws where the machine allows no user namespaces.
bool with_limits(const std::map<std::string, int>& limits, const std::function<bool()>& body);

} // namespace acpd::index::test
