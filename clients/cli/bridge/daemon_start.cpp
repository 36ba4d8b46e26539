#include "clients/cli/bridge/daemon_start.h"

#include "clients/cli/bridge/spawn_apart.h"
#include "protocol/errors.h"
#include "server/wire/known_agents.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace acpd::bridge {
namespace {

protocol::failure failed(std::string text) { return {protocol::internal_error, std::move(text)}; }

/// What find_paths gives when nothing points anywhere else: the user's own daemon.
bool is_default_socket(const wire::paths& where) {
  std::vector<std::pair<const char*, std::string>> saved;
  for (const char* name : {"ACPD_STATE_DIR", "ACPD_SOCKET"})
    if (const char* value = std::getenv(name)) {
      saved.emplace_back(name, value);
      ::unsetenv(name);
    }
  const auto plain = wire::find_paths({});
  for (const auto& [name, value] : saved)
    ::setenv(name, value.c_str(), 1);
  return plain && plain->socket == where.socket;
}

/// Without what acpd gives its agents: the daemon is nobody's session.
std::vector<char*> daemon_environment() {
  std::vector<char*> kept;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (std::strncmp(*entry, "ACPD_SESSION=", 13) != 0) kept.push_back(*entry);
  kept.push_back(nullptr);
  return kept;
}

} // namespace

protocol::result<std::vector<std::string>> start_command(const wire::paths& where,
                                                         const std::string& config) {
  if (std::getenv("ACPD_SESSION") != nullptr && is_default_socket(where))
    return std::unexpected(failed("an agent does not start your daemon: start it outside the agent "
                                  "with `acpd serve --background`"));
  auto program = wire::find_program(wire::beside_this_executable("acpd").string(), "");
  if (!program) program = wire::find_program("acpd", wire::search_path());
  if (!program)
    return std::unexpected(
        failed("there is no program acpd beside acpctl or on PATH: install it there"));
  std::vector<std::string> argv{program->string(), "serve",       "--background", "--socket",
                                where.socket,      "--state-dir", where.state_dir};
  if (!config.empty()) argv.insert(argv.end(), {"--config", where.config.string()});
  return argv;
}

void daemon_start::begin() {
  if (running()) return;
  if (const auto systemd_run = wire::find_program("systemd-run", wire::search_path())) {
    std::vector<std::string> argv{systemd_run->string(), "--user",  "--scope",
                                  "--collect",           "--quiet", "--"};
    argv.insert(argv.end(), command_.begin(), command_.end());
    in_scope_ = true;
    spawn(argv);
  }
  if (running()) return;
  in_scope_ = false;
  spawn(command_);
}

void daemon_start::spawn(const std::vector<std::string>& argv) {
  forget();
  std::vector<char*> arguments;
  for (const std::string& word : argv)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> environment = daemon_environment();
  stderr_fd_ = ::memfd_create("acpd-start", MFD_CLOEXEC);

  const auto child = spawn_apart(std::move(arguments), std::move(environment), {.err = stderr_fd_});
  if (!child) {
    spawn_error_ = "cannot start " + argv[0] + ": " + std::strerror(child.error());
    return;
  }
  child_ = *child;
  process_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, child_, 0));
}

std::optional<protocol::result<void>> daemon_start::collect() {
  if (!running()) return protocol::result<void>(std::unexpected(failed(spawn_error_)));
  int status = 0;
  const pid_t ended = ::waitpid(child_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
  const bool listens = ended == child_ && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  std::string words = last_words();
  forget();
  if (listens) return protocol::result<void>{};
  if (in_scope_) { // it may have been systemd's fault: a container, no user manager
    in_scope_ = false;
    spawn(command_);
    return running() ? std::nullopt : collect();
  }
  if (words.empty()) words = command_[0] + " ended without a word";
  return protocol::result<void>(std::unexpected(failed(std::move(words))));
}

protocol::result<void> daemon_start::run(int limit_ms) {
  begin();
  const int step_ms = 10; // only where there is no pidfd
  for (int waited = 0;; waited += step_ms) {
    if (auto outcome = collect()) return *std::move(outcome);
    if (waited >= limit_ms) break;
    pollfd ended{process_fd_, POLLIN, 0};
    ::poll(&ended, 1, step_ms);
  }
  return std::unexpected(failed(command_[0] + " has not begun to listen in " +
                                std::to_string(limit_ms / 1000) + " s: see its log"));
}

std::string daemon_start::last_words() const {
  char text[4096];
  const off_t end = stderr_fd_ < 0 ? 0 : ::lseek(stderr_fd_, 0, SEEK_END);
  const off_t from = std::max<off_t>(0, end - static_cast<off_t>(sizeof text));
  const ssize_t n = end <= 0 ? 0 : ::pread(stderr_fd_, text, sizeof text, from);
  std::string_view words(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  while (words.ends_with('\n'))
    words.remove_suffix(1);
  return std::string(words.substr(words.rfind('\n') + 1));
}

void daemon_start::forget() {
  if (process_fd_ >= 0) ::close(process_fd_);
  if (stderr_fd_ >= 0) ::close(stderr_fd_);
  process_fd_ = stderr_fd_ = -1;
  child_ = -1;
}

} // namespace acpd::bridge
