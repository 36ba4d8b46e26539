#include "server/net/terminal_looks.h"

#include "server/core/terminal_views.h"

#include <algorithm>

namespace acpd::net {

std::optional<terminal_looks::clock::time_point>
terminal_looks::next(const std::vector<std::uint64_t>& running, clock::time_point now) {
  std::erase_if(
      all_, [&](const auto& t) { return std::ranges::find(running, t.first) == running.end(); });
  std::optional<clock::time_point> first;
  for (const std::uint64_t terminal : running) {
    const auto at = all_.try_emplace(terminal, one{.at = now + soonest}).first->second.at;
    if (!first || at < *first) first = at;
  }
  return first;
}

std::vector<std::uint64_t> terminal_looks::due(clock::time_point now) {
  std::vector<std::uint64_t> out;
  for (auto& [terminal, t] : all_) {
    if (t.at > now) continue;
    t.at = now + t.wait;
    out.push_back(terminal);
  }
  return out;
}

void terminal_looks::seen(std::uint64_t terminal, bool news, std::size_t bytes) {
  const auto at = all_.find(terminal);
  if (at == all_.end()) return;
  one& t = at->second;
  if (news) t.logged += std::min(bytes, core::terminal_views::shown_bytes);
  const auto steps = std::min<std::size_t>(t.logged / bytes_a_step, 16);
  const auto by_size = std::min(soonest * (std::int64_t{1} << steps), rarest);
  const auto by_silence = news ? soonest : std::min(t.wait * 2, quietest);
  t.wait = std::max(by_size, by_silence);
}

} // namespace acpd::net
