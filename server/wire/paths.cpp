#include "server/wire/paths.h"

#include "protocol/errors.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace acpd::wire {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_socket_path = sizeof(sockaddr_un::sun_path) - 1;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// An XDG folder: relative values are ignored, as the XDG base directory specification says.
fs::path xdg_folder(const char* variable, const char* below_home) {
  fs::path given = environment(variable);
  if (given.is_absolute()) return given;
  fs::path home = environment("HOME");
  return home.is_absolute() ? home / below_home : fs::path();
}

bool is_own_folder(const fs::path& folder) {
  struct stat s{};
  return ::stat(folder.c_str(), &s) == 0 && S_ISDIR(s.st_mode) && s.st_uid == ::geteuid();
}

/// Where XDG_RUNTIME_DIR is unset (cron, ssh without PAM) the usual folder is taken when it is
/// there, so that both kinds of client meet the same daemon. Another user's (su, sudo) is not
/// taken.
fs::path runtime_folder() {
  fs::path given = environment("XDG_RUNTIME_DIR");
  struct stat s{};
  bool foreign = ::stat(given.c_str(), &s) == 0 && s.st_uid != ::geteuid();
  if (given.is_absolute() && !foreign) return given;
  fs::path usual = "/run/user/" + std::to_string(::geteuid());
  return is_own_folder(usual) ? usual : fs::path();
}

fs::path flag_or_variable(const std::string& flag, const char* variable) {
  std::string value = flag.empty() ? environment(variable) : flag;
  return value.empty() ? fs::path() : fs::absolute(value).lexically_normal();
}

protocol::failure failed(std::string text) { return {protocol::internal_error, std::move(text)}; }

} // namespace

protocol::result<paths> find_paths(const path_flags& flags) {
  paths found;
  found.state_dir = flag_or_variable(flags.state_dir, "ACPD_STATE_DIR");
  const bool own_state = !found.state_dir.empty();
  if (!own_state) {
    fs::path state_home = xdg_folder("XDG_STATE_HOME", ".local/state");
    // A client that is told the socket needs no place of its own.
    if (state_home.empty() && flag_or_variable(flags.socket, "ACPD_SOCKET").empty())
      return std::unexpected(failed("HOME is not set, so there is no place for acpd's state: set "
                                    "HOME, or give --state-dir or ACPD_STATE_DIR"));
    if (!state_home.empty()) found.state_dir = state_home / "acpd";
  }

  found.config = flag_or_variable(flags.config, "ACPD_CONFIG");
  if (found.config.empty()) {
    fs::path config_home = xdg_folder("XDG_CONFIG_HOME", ".config");
    found.config = config_home.empty() ? found.state_dir / "config.toml"
                                       : config_home / "acpd" / "config.toml";
  }

  found.socket = flag_or_variable(flags.socket, "ACPD_SOCKET");
  if (found.socket.empty()) {
    fs::path runtime = own_state ? fs::path() : runtime_folder();
    found.socket = runtime.empty() ? found.state_dir / "acpd.sock" : runtime / "acpd" / "acpd.sock";
  }
  if (const std::size_t length = found.socket.native().size(); length > max_socket_path)
    return std::unexpected(failed("the socket's path has " + std::to_string(length) +
                                  " bytes, and a socket's path may have " +
                                  std::to_string(max_socket_path) + ": " + found.socket.string() +
                                  ": give a shorter one with --socket or ACPD_SOCKET"));
  return found;
}

protocol::result<void> make_private_dir(const fs::path& dir) {
  std::error_code ec;
  if (dir.has_parent_path()) fs::create_directories(dir.parent_path(), ec);
  if (!ec && ::mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST)
    ec = std::error_code(errno, std::generic_category());
  if (ec)
    return std::unexpected(failed("cannot make the folder " + dir.string() + ": " + ec.message() +
                                  ": make it yourself, or choose another one"));
  struct stat s{};
  if (::stat(dir.c_str(), &s) != 0)
    return std::unexpected(
        failed("cannot look at the folder " + dir.string() + ": " + std::strerror(errno)));
  if (!S_ISDIR(s.st_mode))
    return std::unexpected(failed(dir.string() + " is not a folder: move it away"));
  if (s.st_uid != ::geteuid())
    return std::unexpected(failed("the folder " + dir.string() + " belongs to user " +
                                  std::to_string(s.st_uid) + ", not to you (" +
                                  std::to_string(::geteuid()) + "): choose another one"));
  if ((s.st_mode & 0022) != 0)
    return std::unexpected(
        failed("others can write to the folder " + dir.string() + ": chmod go-w " + dir.string()));
  return {};
}

} // namespace acpd::wire
