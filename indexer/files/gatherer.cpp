#include "indexer/files/gatherer.h"

#include <algorithm>

namespace acpd::index {
namespace {

constexpr std::size_t few = 4;

/// Not the folder's own name: a file may have stood there before.
bool is_below(std::string_view path, std::string_view folder) {
  return folder.empty() ||
         (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

/// Without those that stand below another one.
std::vector<std::string> outermost(const std::set<std::string>& folders) {
  std::vector<std::string> kept;
  // In byte order "a-b" stands between "a" and "a/b", so that looking at the last one is not
  // enough.
  const auto covered = [&](const std::string& folder) {
    for (auto end = folder.rfind('/'); end != folder.npos && end > 0;
         end = folder.rfind('/', end - 1))
      if (folders.contains(folder.substr(0, end))) return true;
    return !folder.empty() && folders.contains("");
  };
  for (const auto& folder : folders)
    if (!covered(folder)) kept.push_back(folder);
  return kept;
}

} // namespace

void gatherer::note(time_point now) {
  if (!ready_) ready_ = {now, now};
  ready_->last = now;
}

void gatherer::file(std::string path, time_point now) {
  writing_.erase(path);
  files_.insert(std::move(path));
  note(now);
}

void gatherer::writing(std::string path, time_point now) {
  const auto [at, is_new] = writing_.try_emplace(std::move(path), span{now, now});
  at->second.last = now;
}

void gatherer::folder(std::string path, time_point now) {
  folders_.insert(std::move(path));
  note(now);
}

void gatherer::lock(time_point now) { locked_ = now; }
void gatherer::unlock() { locked_.reset(); }

void gatherer::hurry(time_point now) {
  if (locked_ && *locked_ + times_.lock_age > now) return;
  if (ready_) ready_->first = now - times_.most;
  for (auto& [path, span] : writing_)
    span.first = now - times_.writing_most;
}

std::optional<gatherer::time_point> gatherer::ready_due() const {
  if (!ready_) return std::nullopt;
  const bool saved = folders_.empty() && files_.size() <= few;
  const auto normal =
      std::min(ready_->last + (saved ? times_.saved : times_.quiet), ready_->first + times_.most);
  if (!locked_) return normal;
  const auto locked = std::min({ready_->last + times_.locked_quiet,
                                ready_->first + times_.locked_most, *locked_ + times_.lock_age});
  return std::max(normal, locked);
}

std::optional<gatherer::time_point> gatherer::due() const {
  auto soonest = ready_due();
  for (const auto& [path, span] : writing_) {
    const auto at = std::min(span.last + times_.writing_quiet, span.first + times_.writing_most);
    if (!soonest || at < *soonest) soonest = at;
  }
  return soonest;
}

bool gatherer::is_due(time_point now) const {
  const auto at = due();
  return at && *at <= now;
}

gathered gatherer::take(time_point now) {
  gathered taken;
  std::erase_if(writing_, [&](const auto& entry) {
    const auto& [path, span] = entry;
    if (span.last + times_.writing_quiet > now && span.first + times_.writing_most > now)
      return false;
    taken.paths.push_back(path);
    return true;
  });
  if (const auto ready = ready_due(); ready && *ready <= now) {
    taken.folders = outermost(folders_);
    taken.paths.insert(taken.paths.end(), files_.begin(), files_.end());
    files_.clear();
    folders_.clear();
    ready_.reset();
  }
  std::erase_if(taken.paths, [&](const std::string& path) {
    return std::ranges::any_of(taken.folders,
                               [&](const std::string& folder) { return is_below(path, folder); });
  });
  std::ranges::sort(taken.paths);
  const auto same = std::ranges::unique(taken.paths);
  taken.paths.erase(same.begin(), same.end());
  return taken;
}

} // namespace acpd::index
