#include "server/agent/spawn.h"

#include "protocol/errors.h"
#include "server/agent/end_tree.h"
#include "server/agent/shim_dir.h"
#include "server/agent/unique_fd.h"
#include "server/wire/known_agents.h"
#include "server/wire/spawn_attributes.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace acpd::agent {
namespace fs = std::filesystem;
namespace {

using clock = std::chrono::steady_clock;
constexpr std::chrono::seconds ready_limit{5};

spawn_failure failed(spawn_problem problem, int error, std::string text) {
  spawn_failure f;
  f.code = protocol::internal_error;
  f.text = std::move(text);
  f.problem = problem;
  f.error = error;
  return f;
}

std::optional<spawn_failure> check(const spawn_spec& spec) {
  if (spec.argv.empty())
    return failed(spawn_problem::command_not_found, ENOENT, "no command is given for the agent");
  struct stat info{};
  if (::stat(spec.cwd.c_str(), &info) != 0)
    return failed(spawn_problem::bad_cwd, errno,
                  "the folder " + spec.cwd + " cannot be used: " + std::strerror(errno));
  if (!S_ISDIR(info.st_mode))
    return failed(spawn_problem::bad_cwd, ENOTDIR, spec.cwd + " is not a folder");
  const auto found = find_command(spec.argv.front(), spec.env, spec.cwd);
  if (found) return std::nullopt;
  const bool denied = found.error() == EACCES;
  return failed(spawn_problem::command_not_found, found.error(),
                "the command " + spec.argv.front() +
                    (denied ? " may not be executed: check its permissions"
                            : " was not found: install it or correct the agent's command or PATH"));
}

std::optional<spawn_failure> make_dir(const fs::path& dir) {
  const fs::path shims = dir.parent_path();
  for (const fs::path& p : {shims.parent_path(), shims, dir}) {
    if (::mkdir(p.c_str(), 0700) == 0 || (errno == EEXIST && p != dir)) continue;
    return failed(spawn_problem::dir, errno,
                  "cannot make the folder " + p.string() + ": " + std::strerror(errno));
  }
  return std::nullopt;
}

fs::path find_shim() {
  std::error_code ec;
  const fs::path self = fs::read_symlink("/proc/self/exe", ec);
  if (!ec) {
    const fs::path beside = self.parent_path() / "acpd-shim";
    if (::access(beside.c_str(), X_OK) == 0) return beside;
  }
  const auto found = find_command("acpd-shim", {"PATH=" + wire::search_path()}, "/");
  return found ? fs::path(*found) : fs::path();
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (auto& s : strings)
    out.push_back(s.data());
  out.push_back(nullptr);
  return out;
}

/// posix_spawn: a fork of a large daemon is slow. Descriptor 3 of the shim is `ready`.
int start(const fs::path& program, const spawn_spec& spec, int ready) {
  std::vector<std::string> args{"acpd-shim",
                                "--dir",
                                spec.dir.string(),
                                "--cwd",
                                spec.cwd,
                                "--spool-limit",
                                std::to_string(spec.spool_limit),
                                "--linger",
                                std::to_string(spec.linger.count()),
                                "--"};
  args.insert(args.end(), spec.argv.begin(), spec.argv.end());
  std::vector<std::string> env = spec.env;
  env.emplace_back("ACPD_SHIM_READY_FD=3");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ready, 3);
  const wire::spawn_attributes attributes;
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, program.c_str(), &actions, attributes.get(),
                                  pointers(args).data(), pointers(env).data());
  ::posix_spawn_file_actions_destroy(&actions);
  // The first process ends as soon as it has made the second: no zombie, and nothing to wait for
  // later.
  if (error == 0)
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  return error;
}

/// The shim's line, without its newline; empty when none came in time.
std::string wait_ready(int fd) {
  std::string line;
  const auto until = clock::now() + ready_limit;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
    pollfd p{fd, POLLIN, 0};
    const int n = left > 0 ? ::poll(&p, 1, static_cast<int>(left)) : 0;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return "it was not ready in time";
    char block[512];
    const ssize_t got = ::read(fd, block, sizeof block);
    if (got <= 0) return line.empty() ? "it ended at once" : line;
    line.append(block, static_cast<std::size_t>(got));
    if (line.ends_with('\n')) {
      line.pop_back();
      return line;
    }
  }
}

/// A shim that comes up after all must not stay.
void clean_up(const fs::path& dir) {
  if (const auto hello = read_state(dir)) {
    if (hello->shim_pid > 0 && shim_alive(dir)) ::kill(hello->shim_pid, SIGKILL);
    end_tree(*hello, dir.filename().string());
  }
  static_cast<void>(remove_dir(dir));
}

} // namespace

std::expected<spawned, spawn_failure> spawn_shim(const spawn_spec& spec) {
  if (auto bad = check(spec)) return std::unexpected(std::move(*bad));
  const fs::path program = find_shim();
  if (program.empty())
    return std::unexpected(failed(spawn_problem::shim_missing, ENOENT,
                                  "acpd-shim was not found beside acpd or in PATH: install acpd "
                                  "with all of its programs"));
  if (auto bad = make_dir(spec.dir)) return std::unexpected(std::move(*bad));
  int ends[2];
  int error = ::pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
  if (error == 0) {
    const unique_fd ready(ends[0]);
    unique_fd theirs(ends[1]);
    error = start(program, spec, theirs.get());
    theirs.reset();
    const std::string line = error == 0 ? wait_ready(ready.get()) : std::string();
    if (line == "ready")
      if (const auto hello = read_state(spec.dir)) return spawned{*hello};
    if (error == 0) {
      clean_up(spec.dir);
      return std::unexpected(
          failed(spawn_problem::shim_failed, 0, "acpd-shim could not start: " + line));
    }
  }
  clean_up(spec.dir);
  return std::unexpected(failed(spawn_problem::shim_failed, error,
                                std::string("acpd-shim could not start: ") + std::strerror(error)));
}

} // namespace acpd::agent
