#include "server/agent/process.h"

#include "server/agent/unique_fd.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>

namespace acpd::agent {
namespace {

unique_fd open_proc(pid_t pid, const char* file) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/%s", static_cast<int>(pid), file);
  return unique_fd(::open(path, O_RDONLY | O_CLOEXEC));
}

/// `text` holds /proc/PID/stat. The name in parentheses may hold anything, so look from its end.
std::optional<process> parse_stat(pid_t pid, char* text) {
  char* at = std::strrchr(text, ')');
  if (!at || at[1] != ' ') return std::nullopt;
  at += 2;
  process p;
  p.pid = pid;
  p.state = *at++;
  p.parent = static_cast<pid_t>(std::strtol(at, &at, 10));
  p.group = static_cast<pid_t>(std::strtol(at, &at, 10));
  p.session = static_cast<pid_t>(std::strtol(at, &at, 10));
  // Field 6 has been read; the start time is field 22 (proc(5)).
  for (int field = 7; field < 22; ++field)
    std::strtoll(at, &at, 10);
  p.start = std::strtoull(at, &at, 10);
  return p;
}

} // namespace

std::optional<process> read_process(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  const unique_fd fd = open_proc(pid, "stat");
  if (!fd) return std::nullopt;
  char text[1024];
  const ssize_t n = ::read(fd.get(), text, sizeof text - 1);
  if (n <= 0) return std::nullopt;
  text[n] = '\0';
  return parse_stat(pid, text);
}

std::vector<process> all_processes() {
  std::vector<process> table;
  DIR* proc = ::opendir("/proc");
  if (!proc) return table;
  while (const dirent* entry = ::readdir(proc)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    if (const auto p = read_process(std::atoi(entry->d_name))) table.push_back(*p);
  }
  ::closedir(proc);
  return table;
}

std::vector<process> descendants(const std::vector<process>& table, pid_t root) {
  std::vector<process> found;
  std::vector<pid_t> parents{root};
  for (std::size_t i = 0; i < parents.size(); ++i) {
    for (const auto& p : table) {
      // A table that changed while it was read may hold a circle: take each process once.
      if (p.parent != parents[i] || std::ranges::find(parents, p.pid) != parents.end()) continue;
      parents.push_back(p.pid);
      found.push_back(p);
    }
  }
  return found;
}

std::vector<pid_t> ancestors(pid_t pid) {
  // A parent that ends while we look leaves a chain to nowhere: look again, it has a new one.
  for (int attempt = 0; attempt < 5; ++attempt) {
    std::vector<pid_t> chain;
    pid_t at = pid;
    while (at > 0 && chain.size() < 4096) {
      const auto p = read_process(at);
      if (!p) break;
      chain.push_back(at);
      if (at == 1 || p->parent == 0) return chain;
      at = p->parent;
    }
    if (chain.empty()) return {};
  }
  return {};
}

bool has_environment(pid_t pid, std::string_view name_value) {
  const unique_fd fd = open_proc(pid, "environ");
  if (!fd) return false;
  std::vector<char> text;
  char block[4096];
  for (ssize_t n = 0; (n = ::read(fd.get(), block, sizeof block)) > 0;)
    text.insert(text.end(), block, block + n);
  std::string_view rest(text.data(), text.size());
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\0'), rest.size());
    if (rest.substr(0, end) == name_value) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

} // namespace acpd::agent
