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

differences sweep(const listing& found, const known_source& known) {
  differences made;
  auto next = known();
  const auto remove = [&] {
    if (!is_kept(next->path, found.unreadable()))
      made.removed.push_back({std::string(next->path), next->stat});
    next = known();
  };
  for (std::size_t at = 0; at < found.size(); ++at) {
    const auto path = found.path(at);
    while (next && next->path < path)
      remove();
    const bool is_known = next && next->path == path;
    if (!is_known || !same_content(next->stat, found.stat(at))) made.to_read.push_back(at);
    if (is_known) next = known();
  }
  while (next)
    remove();
  return made;
}

} // namespace acpd::index
