#include "indexer/worker/workspace_info.h"

namespace acpd::index {

boost::json::object coverage::to_json() const {
  boost::json::object made{{"indexed", indexed},         {"pending", pending},
                           {"total", indexed + pending}, {"failed", failed},
                           {"unreadable", unreadable},   {"complete", complete},
                           {"partial", partial}};
  if (!reason.empty()) made["reason"] = reason;
  if (!problem.empty()) made["problem"] = problem;
  if (!rebuilt.empty()) made["rebuilt"] = rebuilt;
  return made;
}

std::shared_ptr<store> workspace_info::index() const {
  const std::lock_guard lock(mutex_);
  return index_;
}

void workspace_info::set_index(std::shared_ptr<store> made) {
  const std::lock_guard lock(mutex_);
  index_.swap(made); // the old one ends outside of the lock
}

void workspace_info::set_gathered(std::size_t changes) {
  const std::lock_guard lock(mutex_);
  gathered_ = changes;
}

bool workspace_info::has_heard_all() const {
  const std::lock_guard lock(mutex_);
  return gathered_ == 0 && !watch_.partial;
}

void workspace_info::batch_posted() {
  const std::lock_guard lock(mutex_);
  ++posted_;
}

void workspace_info::batch_taken() {
  const std::lock_guard lock(mutex_);
  --posted_;
  changed_.notify_all();
}

void workspace_info::set_backlog(std::size_t files, bool uncommitted) {
  const std::lock_guard lock(mutex_);
  backlog_ = files;
  uncommitted_ = uncommitted;
  changed_.notify_all();
}

std::shared_ptr<const ignore_rules> workspace_info::rules() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

void workspace_info::set_rules(std::shared_ptr<const ignore_rules> rules) {
  const std::lock_guard lock(mutex_);
  rules_ = std::move(rules);
}

void workspace_info::set_complete() {
  const std::lock_guard lock(mutex_);
  complete_ = true;
}

void workspace_info::set_watch(const watch_state& state) {
  const std::lock_guard lock(mutex_);
  watch_ = state;
}

void workspace_info::set_problem(const std::string& problem) {
  const std::lock_guard lock(mutex_);
  problem_ = problem;
  changed_.notify_all();
}

void workspace_info::set_rebuilt(const std::string& why) {
  const std::lock_guard lock(mutex_);
  rebuilt_ = why;
}

bool workspace_info::settle(time_point until) const {
  std::unique_lock lock(mutex_);
  const auto is_settled = [&] { return posted_ == 0 && backlog_ == 0 && !uncommitted_; };
  changed_.wait_until(lock, until,
                      [&] { return is_settled() || backlog_ > many || !problem_.empty(); });
  return is_settled();
}

coverage workspace_info::now() const {
  coverage made;
  const auto open = index();
  if (open) {
    const auto sums = open->sums();
    made.indexed = sums.files;
    made.failed = sums.failed;
    made.unreadable = sums.unreadable;
  }
  const std::lock_guard lock(mutex_);
  made.pending = gathered_ + posted_ + backlog_;
  made.complete = complete_;
  made.partial = watch_.partial;
  made.reason = watch_.reason;
  made.problem = problem_;
  made.rebuilt = rebuilt_;
  return made;
}

} // namespace acpd::index
