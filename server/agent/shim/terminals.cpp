#include "server/agent/shim/terminals.h"

#include "server/agent/process.h"
#include "server/agent/shim/child.h"
#include "server/agent/shim_codec.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>

namespace acpd::shim {
namespace {

/// The shim's own environment is the agent's; `added` wins.
std::vector<char*> environment(std::vector<std::string>& added) {
  std::vector<char*> out;
  for (auto& variable : added)
    out.push_back(variable.data());
  for (char** at = environ; *at; ++at) {
    const std::string_view old(*at);
    const auto name = old.substr(0, old.find('=') + 1);
    if (std::ranges::none_of(added, [&](const auto& a) { return a.starts_with(name); }))
      out.push_back(*at);
  }
  out.push_back(nullptr);
  return out;
}

} // namespace

void terminal::add(std::string_view bytes) {
  text.append(bytes);
  if (text.size() > limit + limit / 4 + 65536) trim();
}

void terminal::trim() {
  if (text.size() <= limit) return;
  auto cut = text.size() - limit;
  while (cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80)
    ++cut;
  text.erase(0, cut);
  status.truncated = 1;
}

bool terminal::read(std::span<char> buffer) {
  if (!fd) return false;
  const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
  if (n > 0) {
    add({buffer.data(), static_cast<std::size_t>(n)});
    return true;
  }
  if (n == 0 || (errno != EAGAIN && errno != EINTR)) fd.reset();
  return false;
}

int terminals::start(terminal& t, std::string_view payload) {
  auto command = agent::decode_term_create(payload);
  if (!command) return EINVAL;
  if (refused_) return ECANCELED;
  std::vector<char*> args{command->command.data()};
  for (auto& arg : command->args)
    args.push_back(arg.data());
  args.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return errno;
  t.fd = agent::unique_fd(ends[0]);
  const agent::unique_fd theirs(ends[1]);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  const agent::unique_fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  auto env = environment(command->env);
  child_spec spec;
  spec.cwd = command->cwd.empty() ? cwd_.c_str() : command->cwd.c_str();
  spec.argv = args.data();
  spec.env = env.data();
  spec.in = null.get();
  spec.out = spec.err = ends[1];
  spec.mask = mask_;
  const child c = start_child(spec);
  t.pid = t.group = c.pid;
  return c.error;
}

const terminal* terminals::create(std::uint64_t number, std::uint64_t limit,
                                  std::string_view payload) {
  const auto [at, is_new] = all_.try_emplace(number);
  if (!is_new) return nullptr;
  terminal& t = at->second;
  t.limit = std::min(limit, largest_limit);
  t.status.spawn_errno = start(t, payload);
  if (t.status.spawn_errno == 0) return nullptr;
  t.fd.reset();
  t.status.exited = 1;
  return &t;
}

std::optional<std::uint64_t> terminals::reaped(pid_t pid, int wait_status, std::span<char> buffer) {
  for (auto& [number, t] : all_) {
    if (t.pid != pid) continue;
    t.pid = 0;
    t.status.exited = 1;
    if (WIFSIGNALED(wait_status)) {
      t.status.signal = WTERMSIG(wait_status);
    } else {
      t.status.code = WEXITSTATUS(wait_status);
    }
    // What it wrote is there before its end is told; what its children still write comes later.
    for (int reads = 0; reads < 16 && t.read(buffer); ++reads) {
    }
    return number;
  }
  return std::nullopt;
}

void terminals::kill(std::uint64_t number) {
  const terminal* t = find(number);
  if (!t || t->group == 0) return;
  const auto table = agent::all_processes();
  const pid_t session = ::getsid(0);
  for (const auto& p : table) // by the table: an empty group's number may be somebody else's by now
    if (p.group == t->group && p.session == session) ::kill(p.pid, SIGKILL);
  if (t->pid == 0) return;
  for (const auto& p : agent::descendants(table, t->pid))
    ::kill(p.pid, SIGKILL);
}

void terminals::release(std::uint64_t number) {
  kill(number);
  all_.erase(number);
}

terminal* terminals::find(std::uint64_t number) {
  const auto at = all_.find(number);
  return at == all_.end() ? nullptr : &at->second;
}

} // namespace acpd::shim
