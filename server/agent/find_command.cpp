#include "server/agent/spawn.h"
#include "server/wire/known_agents.h"

#include <cerrno>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace acpd::agent {
namespace {

/// 0, or why the file cannot be executed.
int check(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return errno;
  if (!S_ISREG(info.st_mode) || ::access(path.c_str(), X_OK) != 0) return EACCES;
  return 0;
}

std::string_view path_of(const std::vector<std::string>& env) {
  constexpr std::string_view name = "PATH=";
  for (const auto& variable : env)
    if (variable.starts_with(name)) return std::string_view(variable).substr(name.size());
  return wire::default_search_path;
}

} // namespace

std::expected<std::string, int> find_command(const std::string& command,
                                             const std::vector<std::string>& env,
                                             const std::string& cwd) {
  if (command.empty()) return std::unexpected(ENOENT);
  if (command.find('/') != std::string::npos) {
    const std::string path = command.front() == '/' ? command : cwd + "/" + command;
    if (const int error = check(path)) return std::unexpected(error);
    return path;
  }
  int worst = ENOENT;
  std::string_view rest = path_of(env);
  for (;;) {
    const auto colon = rest.find(':');
    std::string folder(rest.substr(0, colon));
    if (folder.empty() || folder.front() != '/') // empty and relative entries: from cwd
      folder = folder.empty() ? cwd : cwd + "/" + folder;
    const std::string path = folder + "/" + command;
    const int error = check(path);
    if (error == 0) return path;
    if (error == EACCES) worst = EACCES;
    if (colon == std::string_view::npos) return std::unexpected(worst);
    rest.remove_prefix(colon + 1);
  }
}

} // namespace acpd::agent
