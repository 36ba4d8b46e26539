#include "clients/cli/bridge/remote_target.h"

#include "protocol/errors.h"
#include "server/wire/known_agents.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace acpd::bridge {
namespace {

// Works in every login shell; ~/.local/bin is not on a non-interactive one's PATH.
constexpr const char* relay_command = "exec env PATH=\"$HOME/.local/bin:$PATH\" acpctl relay";

std::unexpected<protocol::failure> failed(std::string text) {
  return std::unexpected(protocol::failure{protocol::invalid_params, std::move(text)});
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The host must never be read as an option, nor the shell see anything of the address.
bool is_host(std::string_view text) {
  return !text.empty() && !text.starts_with('-') && text.size() <= 255 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "._-:@[]%") == std::string_view::npos;
}

protocol::result<remote_target> over_ssh(std::string_view rest) {
  while (rest.ends_with('/'))
    rest.remove_suffix(1);
  std::string_view port;
  const std::size_t colon = rest.rfind(':');
  const bool v6 = rest.find(']') != std::string_view::npos;
  if (colon != std::string_view::npos && (!v6 || colon > rest.rfind(']'))) {
    port = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (!is_number(port)) return failed("--remote: \"" + std::string(port) + "\" is no port");
  }
  const std::size_t at = rest.rfind('@');
  const std::string_view user = at == std::string_view::npos ? "" : rest.substr(0, at);
  std::string_view host = at == std::string_view::npos ? rest : rest.substr(at + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!is_host(host) || user.starts_with('-') || (at != std::string_view::npos && !is_host(user)))
    return failed("--remote: \"" + std::string(rest) +
                  "\" is no host: expected ssh://host, ssh://user@host or ssh://host:port, the "
                  "host not beginning with '-'");
  remote_target found;
  found.command = {"ssh", "-T"};
  if (!port.empty()) found.command.insert(found.command.end(), {"-p", std::string(port)});
  if (!user.empty()) found.command.insert(found.command.end(), {"-l", std::string(user)});
  found.command.insert(found.command.end(), {"--", std::string(host), relay_command});
  found.ssh_host = (user.empty() ? std::string() : std::string(user) + "@") + std::string(host);
  return found;
}

protocol::result<std::string> read_token(const std::string& file) {
  if (file.empty()) {
    const char* variable = std::getenv("ACPD_TOKEN");
    if (variable != nullptr && *variable != '\0') return std::string(variable);
    return failed("--remote needs a token: --token-file FILE, or ACPD_TOKEN in the environment; "
                  "`acpctl token new` on the daemon's machine makes one");
  }
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat s{};
  if (fd < 0 || ::fstat(fd, &s) != 0) {
    const std::string why = std::strerror(errno);
    if (fd >= 0) ::close(fd);
    return failed("cannot read the token file " + file + ": " + why);
  }
  char text[1024];
  const ssize_t n = ::read(fd, text, sizeof text);
  ::close(fd);
  if ((s.st_mode & 0077) != 0)
    return failed("others can read the token file " + file + ": chmod 600 " + file);
  std::string_view token(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  token = token.substr(0, token.find_first_of("\r\n"));
  if (token.empty()) return failed("the token file " + file + " is empty");
  return std::string(token);
}

} // namespace

protocol::result<remote_target> find_remote(const remote_options& o) {
  const std::string_view url = o.url;
  if (url.starts_with("ssh://")) {
    if (!wire::find_program("ssh", wire::search_path()))
      return failed("there is no program ssh on PATH: install OpenSSH's client, or use --remote "
                    "wss://HOST");
    return over_ssh(url.substr(6));
  }
  if (!url.starts_with("wss://") && !url.starts_with("ws://"))
    return failed(
        "--remote: expected ssh://HOST, wss://HOST[:PORT] or ws://127.0.0.1:PORT, not \"" + o.url +
        "\"");
  auto token = read_token(o.token_file);
  if (!token) return std::unexpected(token.error());
  auto program = wire::find_program(wire::beside_this_executable("acpd-wss").string(), "");
  if (!program) program = wire::find_program("acpd-wss", wire::search_path());
  if (!program)
    return failed("there is no program acpd-wss beside acpctl or on PATH: install it there, or use "
                  "--remote ssh://HOST");
  remote_target found{{program->string(), o.url}, *std::move(token), {}};
  if (!o.ca_file.empty()) found.command.push_back(o.ca_file);
  return found;
}

} // namespace acpd::bridge
