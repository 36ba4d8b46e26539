#include "server/net/hub.h"

#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace acpd::net {

// The environment of the client that opened a session, for its agent's restarts: NUL-terminated
// NAME=VALUE in STATE/env/<session>, mode 0600, removed when the session is closed or deleted.

std::filesystem::path hub::environment_file(std::int64_t session) const {
  return paths.state_dir / "env" / std::to_string(session);
}

void hub::keep_environment(std::int64_t session, const std::vector<std::string>& env) {
  if (env.empty()) return; // a plain client: the daemon's own environment does
  std::string text;
  for (const std::string& variable : env)
    text.append(variable).push_back('\0');
  pool.block(
      [file = environment_file(session), text = std::move(text)] {
        std::error_code ec;
        std::filesystem::create_directories(file.parent_path(), ec);
        const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        const bool ok =
            fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
        if (fd >= 0) ::close(fd);
        return ok;
      },
      [](bool ok) {
        if (!ok)
          spdlog::warn("a session's environment was not kept: its agent will be restarted with the "
                       "daemon's");
      });
}

void hub::drop_environment(std::int64_t session) {
  pool.block(
      [file = environment_file(session)] {
        std::error_code ec;
        return std::filesystem::remove(file, ec);
      },
      [](bool) {});
}

} // namespace acpd::net
