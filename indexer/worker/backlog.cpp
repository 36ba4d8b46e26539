#include "indexer/worker/backlog.h"

#include <vector>

namespace acpd::index {

void backlog::look(const std::string& path) {
  const auto [at, is_new] = states_.try_emplace(path, state::waiting);
  if (is_new)
    order_.push_back(path);
  else if (at->second != state::waiting)
    at->second = state::changed_in_hand;
}

void backlog::forget(const std::string& path) {
  const auto found = states_.find(path);
  if (found == states_.end()) return;
  if (found->second == state::waiting)
    states_.erase(found); // order_ still names it: next() passes over it
  else
    found->second = state::forgotten_in_hand;
}

void backlog::keep_below(std::string_view folder,
                         const std::function<bool(const std::string&)>& counts) {
  std::vector<std::string> others;
  for (const auto& [path, now] : states_) {
    const bool below = folder.empty() || (path.size() > folder.size() && path.starts_with(folder) &&
                                          path[folder.size()] == '/');
    if (below && !counts(path)) others.push_back(path);
  }
  for (const auto& path : others)
    forget(path);
}

bool backlog::take(const std::string& path) {
  const auto found = states_.find(path);
  if (found == states_.end() || found->second != state::waiting) return false;
  found->second = state::in_hand;
  ++in_hand_;
  return true;
}

std::optional<std::string> backlog::next() {
  while (!order_.empty()) {
    auto path = std::move(order_.front());
    order_.pop_front();
    if (take(path)) return path;
  }
  return std::nullopt;
}

bool backlog::done(const std::string& path) {
  const auto found = states_.find(path);
  if (found == states_.end()) return false;
  --in_hand_;
  switch (found->second) {
  case state::changed_in_hand:
    found->second = state::waiting;
    order_.push_front(path);
    return false;
  case state::forgotten_in_hand: states_.erase(found); return false;
  case state::waiting: // never in hand
  case state::in_hand: break;
  }
  states_.erase(found);
  return true;
}

} // namespace acpd::index
