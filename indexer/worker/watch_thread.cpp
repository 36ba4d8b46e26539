#include "indexer/worker/watch_thread.h"

#include <algorithm>
#include <array>
#include <future>
#include <poll.h>

namespace acpd::index {

watch_thread::watch_thread(pipeline& to) : pipeline_(to), thread_([this] { work(); }) {}

watch_thread::~watch_thread() { stop(); }

void watch_thread::stop() {
  post([this] { stopping_ = true; });
  if (thread_.joinable()) thread_.join();
}

void watch_thread::add(watch_request request, added done) {
  post([this, request = std::move(request), done = std::move(done)] {
    const auto result = watcher_.add(request.info->root, request.user, watch_clock::now(),
                                     request.allow_wide_roots);
    if (result) {
      request.info->id = *result;
      request.info->real_root = watcher_.rules_of(*result)->root();
      infos_.emplace(*result, request.info);
    }
    done(result); // opens the database, so that the pipeline knows it before the first batch
  });
}

void watch_thread::remove(workspace_id id, std::function<void()> done) {
  post([this, id, done = std::move(done)] {
    watcher_.remove(id);
    infos_.erase(id);
    done();
  });
}

void watch_thread::hint(workspace_id id, std::string path) {
  post([this, id, path = std::move(path)] { watcher_.hint(id, path, watch_clock::now()); });
}

bool watch_thread::flush(const workspace_info& of, workspace_info::time_point until) {
  // In this order: what has left the kernel's queue or the inbox is being worked on, or is handed
  // on; what is handed on has been counted.
  if (!poll_both(0) && !at_work_ && of.has_heard_all()) return true;
  auto done = std::make_shared<std::promise<void>>();
  const auto ready = done->get_future();
  post([this, id = of.id, done] {
    const auto now = watch_clock::now();
    watcher_.step(now);
    watcher_.hurry(id, now);
    hand_on();
    done->set_value();
  });
  return ready.wait_until(until) == std::future_status::ready;
}

void watch_thread::work() {
  while (!stopping_) {
    at_work_ = true; // before anything is read
    for (const auto& task : inbox_.take())
      task();
    watcher_.step(watch_clock::now());
    hand_on();
    at_work_ = false;
    if (!stopping_) poll_both(timeout_ms());
  }
}

int watch_thread::timeout_ms() const {
  const auto at = watcher_.deadline();
  if (!at) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*at - watch_clock::now());
  return static_cast<int>(std::max<long>(left.count(), 0));
}

/// Whether the kernel or another thread has something to tell, by then. From any thread.
bool watch_thread::poll_both(int timeout_ms) const {
  // A negative descriptor is skipped by poll: the machine had no inotify left.
  std::array<pollfd, 2> ready{{{inbox_.fd(), POLLIN, 0}, {watcher_.fd(), POLLIN, 0}}};
  return ::poll(ready.data(), ready.size(), timeout_ms) != 0;
}

void watch_thread::hand_on() {
  auto batches = watcher_.take(watch_clock::now());
  for (const auto& [id, info] : infos_) {
    info->set_watch(watcher_.state(id));
    info->set_gathered(watcher_.gathered(id));
    info->set_rules(watcher_.rules_of(id));
  }
  for (auto& batch : batches) {
    const auto found = infos_.find(batch.workspace);
    if (found == infos_.end()) continue;
    found->second->batch_posted();
    auto rules = watcher_.rules_of(batch.workspace);
    pipeline_.change(std::move(batch), std::move(rules));
  }
}

} // namespace acpd::index
