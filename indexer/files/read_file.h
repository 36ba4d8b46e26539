#pragma once

#include <fcntl.h>
#include <optional>
#include <string>

namespace acpd::index {

/// The content of an ignore file, git's own or a user's. Nothing: it cannot be read, is no regular
/// file, or is above 16 MiB. `flags`: O_NOFOLLOW for those that git does not follow either.
std::optional<std::string> read_small_file(const std::string& path, int flags = 0);
std::optional<std::string> read_small_file_at(int folder_fd, const char* name, int flags = 0);

} // namespace acpd::index
