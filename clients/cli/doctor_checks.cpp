#include "clients/cli/doctor_checks.h"

#include "clients/cli/client.h"
#include "server/wire/known_agents.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace acpd::cli {
namespace {

constexpr int program_limit_ms = 5000;
constexpr std::uint64_t little_space = 256ULL << 20;

std::optional<std::filesystem::path> find(std::string_view program) {
  return wire::find_program(program, wire::search_path());
}

check check_acpd() {
  auto program = wire::find_program(wire::beside_this_executable("acpd").string(), "");
  if (!program) program = find("acpd");
  if (!program)
    return {"acpd", health::bad, "not found beside acpctl or on PATH", "install acpd there"};
  const auto version = first_line_of({program->string(), "--version"});
  if (!version)
    return {"acpd", health::bad, program->string() + " --version fails", "install acpd again"};
  if (version->find(ACPD_VERSION) == std::string::npos)
    return {"acpd", health::remark,
            *version + " (" + program->string() + "); acpctl is " ACPD_VERSION,
            "install both from one release"};
  return {"acpd", health::good, *version + " (" + program->string() + ")", ""};
}

check check_shim() {
  auto program = wire::find_program(wire::beside_this_executable("acpd-shim").string(), "");
  if (!program) program = find("acpd-shim");
  if (!program)
    return {"acpd-shim", health::bad, "not found: no agent can be started",
            "install acpd-shim beside acpd"};
  return {"acpd-shim", health::good, program->string(), ""};
}

check check_optional(const char* program, const char* what_for) {
  if (const auto found = find(program)) return {program, health::good, found->string(), ""};
  return {program, health::remark, "not found", std::string("only needed ") + what_for};
}

/// The folder, or the nearest one above it that exists: that is where it would be made.
std::filesystem::path existing_part(std::filesystem::path folder) {
  std::error_code ec;
  while (!std::filesystem::exists(folder, ec) && folder.has_relative_path())
    folder = folder.parent_path();
  return folder;
}

check check_folder(const char* name, const std::filesystem::path& folder) {
  const std::filesystem::path there = existing_part(folder);
  const bool exists = there == folder;
  struct stat s{};
  if (::stat(there.c_str(), &s) != 0 || !S_ISDIR(s.st_mode))
    return {name, health::bad, there.string() + " is no folder", "move it away"};
  if (::access(there.c_str(), W_OK | X_OK) != 0)
    return {name, health::bad, there.string() + ": " + std::strerror(errno),
            "make it writable for you, or choose another one with --state-dir or --socket"};
  if (!exists) return {name, health::good, folder.string() + " (made when it is needed)", ""};
  if (s.st_uid != ::geteuid())
    return {name, health::bad, folder.string() + " belongs to another user", "choose another one"};
  if ((s.st_mode & 0022) != 0)
    return {name, health::bad, folder.string() + " can be written to by others",
            "chmod go-w " + folder.string()};
  return {name, health::good, folder.string(), ""};
}

check check_space(const std::filesystem::path& folder) {
  struct statvfs s{};
  if (::statvfs(existing_part(folder).c_str(), &s) != 0)
    return {"space", health::remark, std::strerror(errno), "look at the disk"};
  const std::uint64_t left = static_cast<std::uint64_t>(s.f_bavail) * s.f_frsize;
  const std::string text = std::to_string(left >> 20) + " MiB left for the state";
  if (left < little_space)
    return {"space", health::bad, text, "make room: what cannot be stored is not shown"};
  return {"space", health::good, text, ""};
}

std::string read_all(int fd) {
  std::string out;
  char bytes[4096];
  pollfd readable{fd, POLLIN, 0};
  while (out.size() < 65536 && ::poll(&readable, 1, program_limit_ms) == 1) {
    const ssize_t n = ::read(fd, bytes, sizeof bytes);
    if (n <= 0) break;
    out.append(bytes, static_cast<std::size_t>(n));
  }
  return out;
}

} // namespace

std::optional<std::string> first_line_of(const std::vector<std::string>& argv) {
  const auto program = find(argv[0]);
  int ends[2];
  if (!program || ::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  std::vector<char*> words;
  for (const std::string& word : argv)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, ends[1], 1);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const int error = ::posix_spawn(&child, program->c_str(), &files, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  const std::string out = error == 0 ? read_all(ends[0]) : std::string();
  ::close(ends[0]);
  if (error != 0) return std::nullopt;
  int status = 0;
  if (::waitpid(child, &status, WNOHANG) == 0) { // its output has ended, or its time
    ::kill(child, SIGTERM);
    ::waitpid(child, &status, 0);
  }
  if (out.empty()) return std::nullopt;
  return out.substr(0, out.find('\n'));
}

std::vector<check> check_programs() {
  return {{"acpctl", health::good, "acpctl " ACPD_VERSION, ""},
          check_acpd(),
          check_shim(),
          check_optional("git", "by the agents that use it"),
          check_optional("node", "by agents that are npm packages"),
          check_optional("systemd-run", "so that a daemon outlives the editor's own systemd scope"),
          check_optional("systemd-inhibit", "to keep a laptop awake while a turn runs")};
}

std::vector<check> check_files(const common_options& common, const wire::paths& where,
                               const protocol::result<wire::config>& config) {
  std::vector<check> out;
  std::error_code ec;
  const bool there = std::filesystem::exists(where.config, ec);
  if (!config)
    out.push_back({"configuration", health::bad, config.error().text, "correct it"});
  else
    out.push_back({"configuration", health::good,
                   where.config.string() + (there ? "" : " (not there: the defaults are used)") +
                       ", default agent " + config->default_agent,
                   ""});
  out.push_back(check_folder("state folder", where.state_dir));
  out.push_back(check_folder("socket folder", where.socket.parent_path()));
  out.push_back(check_space(where.state_dir));
  const bool chosen = !common.flags.socket.empty() || !common.flags.state_dir.empty() ||
                      std::getenv("ACPD_SOCKET") != nullptr ||
                      std::getenv("ACPD_STATE_DIR") != nullptr;
  if (!chosen && std::getenv("XDG_RUNTIME_DIR") == nullptr)
    out.push_back({"XDG_RUNTIME_DIR", health::remark,
                   "not set: the socket is " + where.socket.string(),
                   "log in through PAM, or set it, if your editor's is set"});
  return out;
}

std::vector<check> check_daemon(const wire::paths& where) {
  auto c = client::open(where, false);
  if (!c)
    return {{"daemon", health::remark, c.error().text, "nothing: it is started when it is needed"}};
  const auto status = c->call("_acpd/status", "{}");
  if (!status)
    return {{"daemon", health::bad, status.error().text, "read its log; restart it: acpctl stop"}};
  const json_view s = status->result();
  std::vector<check> out{{"daemon", health::good,
                          "acpd " + s["version"].text() + ", pid " + std::string(s["pid"].raw) +
                              ", " + where.socket.string(),
                          ""}};
  if (s["version"].text() != ACPD_VERSION)
    out[0] = {"daemon", health::remark, out[0].text + "; acpctl is " ACPD_VERSION,
              "restart it when it suits you: `acpctl stop`; the agents go on"};
  if (s["stateDir"].text() != where.state_dir.string())
    out.push_back({"daemon's state", health::remark,
                   s["stateDir"].text() + ", not " + where.state_dir.string(),
                   "give --socket and --state-dir of one daemon"});
  if (s["trouble"])
    out.push_back({"daemon's trouble", health::bad, s["trouble"].text(), "do what it says"});
  return out;
}

std::vector<check> check_session_manager() {
  if (!find("loginctl"))
    return {{"linger", health::remark, "there is no loginctl: no systemd",
             "start acpd by what your system has, if it must run without a login"}};
  const auto answer =
      first_line_of({"loginctl", "show-user", std::to_string(::geteuid()), "--property=Linger"});
  if (!answer)
    return {{"linger", health::remark, "systemd knows no session of yours",
             "nothing, where no login manager runs (a container)"}};
  if (*answer == "Linger=yes")
    return {{"linger", health::good, "on: agents work on after you log out", ""}};
  return {{"linger", health::remark, "off: systemd may end agents when you log out",
           "loginctl enable-linger"}};
}

std::vector<agent_check> check_agents(const wire::config& config) {
  std::vector<agent_check> out;
  for (const auto& [name, agent] : config.agents) {
    const auto found = find(agent.command.front());
    out.push_back({name, found ? found->string() : "", found ? "" : wire::not_installed(agent),
                   true, agent.command, ""});
  }
  for (const wire::known_agent& known : wire::known_agents()) {
    if (config.agents.contains(known.id)) continue;
    const auto found = find(known.argv().front());
    out.push_back(
        {known.id, found ? found->string() : "", known.install, false, known.command, known.note});
  }
  return out;
}

} // namespace acpd::cli
