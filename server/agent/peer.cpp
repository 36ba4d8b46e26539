#include "server/agent/peer.h"

#include "server/agent/process.h"
#include "server/agent/state_layout.h"
#include "server/agent/unique_fd.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>

namespace acpd::agent {
namespace {

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Whether `pid` is a shim that works in a folder below the one `shims` describes.
bool is_shim_in(pid_t pid, const struct stat& shims) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/cwd/..", static_cast<int>(pid));
  struct stat above{};
  if (::stat(path, &above) != 0 || !same_file(above, shims)) return false;
  std::snprintf(path, sizeof path, "/proc/%d/cwd/state", static_cast<int>(pid));
  const unique_fd fd(::open(path, O_RDONLY | O_CLOEXEC));
  state_page page;
  if (!fd || ::read(fd.get(), &page, sizeof page) != sizeof page || !page.valid()) {
    return true; // it stands in a shim's folder and nothing says that it is somebody else
  }
  return page.hello.shim_pid == pid;
}

} // namespace

std::optional<pid_t> shim_above(pid_t pid, const std::unordered_set<pid_t>& shims) {
  const auto chain = ancestors(pid);
  if (chain.empty()) return std::nullopt;
  const auto found = std::ranges::find_if(chain, [&](pid_t p) { return shims.contains(p); });
  return found == chain.end() ? 0 : *found;
}

bool descends_from(pid_t pid, const std::unordered_set<pid_t>& shims) {
  return shim_above(pid, shims) != 0;
}

bool in_shim_of(pid_t pid, const char* state_dir) {
  const auto chain = ancestors(pid);
  if (chain.empty()) return true;
  struct stat shims{};
  if (::stat((std::string(state_dir) + "/shims").c_str(), &shims) != 0) return false;
  return std::ranges::any_of(chain, [&](pid_t p) { return is_shim_in(p, shims); });
}

} // namespace acpd::agent
