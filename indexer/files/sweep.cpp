#include "indexer/files/sweep.h"

#include <algorithm>
#include <cerrno>

namespace acpd::index {
namespace {

/// Whether the path lies in what could not be read, for now.
bool is_kept(std::string_view path, const std::vector<listing::unread>& unreadable) {
  return std::ranges::any_of(unreadable, [&](const listing::unread& place) {
    const std::string_view above = place.path;
    return place.error != EACCES && place.error != EPERM && path.starts_with(above) &&
           (above.empty() || path.size() == above.size() || path[above.size()] == '/');
  });
}

} // namespace

void sweep(const listing& found, const known_source& known, sweep_sink& sink) {
  auto next = known();
  const auto remove_before = [&](const auto& is_before) {
    for (; next && is_before(); next = known())
      if (!is_kept(next->path, found.unreadable())) sink.removed(*next);
  };
  for (std::size_t at = 0; at < found.size(); ++at) {
    const auto path = found.path(at);
    remove_before([&] { return next->path < path; });
    if (!next || next->path != path) {
      sink.added(path, found.stat(at));
      continue;
    }
    if (!same_content(next->stat, found.stat(at))) sink.changed(path, found.stat(at));
    next = known();
  }
  remove_before([] { return true; });
}

} // namespace acpd::index
