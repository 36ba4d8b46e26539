#include "server/agent/end_tree.h"

#include "server/agent/process.h"

#include <algorithm>
#include <csignal>
#include <set>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace acpd::agent {
namespace {

using clock = std::chrono::steady_clock;

/// What of `table` belongs to the dead shim, without looking at descendants.
std::vector<process> roots(const std::vector<process>& table, const shim_hello& hello,
                           const std::string& marker) {
  std::vector<process> found;
  for (const auto& p : table) {
    const bool agent =
        hello.agent_pid > 0 && p.pid == hello.agent_pid && p.start == hello.agent_start;
    // A group's number can be given out again; the shim's session is the second witness.
    const bool group = hello.agent_group > 0 && p.group == hello.agent_group &&
                       p.session == hello.shim_pid && p.start >= hello.agent_start;
    if (!p.dead() && (agent || group || has_environment(p.pid, marker))) found.push_back(p);
  }
  return found;
}

std::vector<process> left_of(const shim_hello& hello, const std::string& marker) {
  const auto table = all_processes();
  auto found = roots(table, hello, marker);
  const auto first = found.size();
  for (std::size_t i = 0; i < first; ++i) {
    const auto below = descendants(table, found[i].pid);
    found.insert(found.end(), below.begin(), below.end());
  }
  const auto mine = ancestors(::getpid());
  std::erase_if(found, [&](const process& p) {
    return p.dead() || p.pid <= 1 || std::ranges::find(mine, p.pid) != mine.end();
  });
  return found;
}

} // namespace

int end_tree(const shim_hello& hello, std::string_view shim_id, std::chrono::milliseconds limit) {
  const std::string marker = "ACPD_SHIM=" + std::string(shim_id);
  const auto until = clock::now() + limit;
  std::set<std::pair<pid_t, std::uint64_t>> killed;
  for (;;) {
    const auto left = left_of(hello, marker);
    if (left.empty()) break;
    // Stopped first, none of them can fork away from under the kill.
    for (const auto& p : left)
      ::kill(p.pid, SIGSTOP);
    for (const auto& p : left)
      if (::kill(p.pid, SIGKILL) == 0) killed.emplace(p.pid, p.start);
    if (clock::now() >= until) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return static_cast<int>(killed.size());
}

} // namespace acpd::agent
