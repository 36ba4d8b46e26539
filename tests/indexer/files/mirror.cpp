#include "tests/indexer/files/mirror.h"

#include "tests/indexer/files/collect.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <poll.h>

namespace acpd::index::test {

using namespace std::chrono_literals;

void mirror::watch(const std::string& root, const user_rules& user) {
  const auto added = watcher_.add(root, user, watch_clock::now());
  if (!added) throw std::runtime_error(added.error().text);
  id = *added;
}

void mirror::compare(const swept_folder& swept) {
  if (!swept.files) return;
  const auto& folder = swept.path;
  auto at = folder.empty() ? known.begin() : known.lower_bound(folder + "/");
  const auto end = folder.empty() ? known.end() : known.lower_bound(folder + "0");
  const auto found = sweep(*swept.files, [&]() -> std::optional<known_file> {
    if (at == end) return std::nullopt;
    const auto& [path, stat] = *at++;
    return known_file{path, stat};
  });
  for (const auto& file : found.removed)
    known.erase(file.path);
  for (const auto place : found.to_read)
    known[std::string(swept.files->path(place))] = swept.files->stat(place);
}

void mirror::apply(const change_batch& batch) {
  for (const auto& folder : batch.sweep)
    compare(folder);
  for (const auto& path : batch.removed)
    known.erase(path);
  for (const auto& file : batch.changed)
    known[file.path] = file.stat;
}

bool mirror::until(const std::function<bool()>& done) {
  const auto guard = watch_clock::now() + 20s;
  for (;;) {
    auto now = watch_clock::now();
    watcher_.step(now);
    for (auto& batch : watcher_.take(now)) {
      if (batch.workspace == id) apply(batch);
      batches.push_back(std::move(batch));
    }
    if (done()) return true;
    if ((now = watch_clock::now()) > guard) return false;
    const auto next = std::min(watcher_.deadline().value_or(guard), guard);
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - now).count();
    pollfd ready{watcher_.fd(), POLLIN, 0};
    ::poll(&ready, watcher_.fd() < 0 ? 0 : 1, static_cast<int>(std::max<long>(wait, 0)));
  }
}

bool mirror::settles() {
  const bool done = until([&] {
    const auto real = walked(watcher_.rules_of(id)->root());
    if (real.stats.size() != known.size()) return false;
    return std::ranges::equal(real.stats, known, [](const auto& a, const auto& b) {
      return a.first == b.first && same_content(a.second, b.second);
    });
  });
  if (!done) tell_difference();
  return done;
}

void mirror::tell_difference() const {
  const auto real = walked(watcher_.rules_of(id)->root()).stats;
  for (const auto& [path, stat] : real)
    if (!known.contains(path))
      UNSCOPED_INFO("not known: " << path);
    else if (!same_content(known.at(path), stat))
      UNSCOPED_INFO("not fresh: " << path);
  for (const auto& [path, stat] : known)
    if (!real.contains(path)) UNSCOPED_INFO("should not be known: " << path);
}

} // namespace acpd::index::test
