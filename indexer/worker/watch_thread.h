#pragma once

#include "indexer/files/watcher.h"
#include "indexer/worker/mailbox.h"
#include "indexer/worker/pipeline.h"
#include "indexer/worker/workspace_info.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

namespace acpd::index {

/// What is to be watched.
struct watch_request {
  std::shared_ptr<workspace_info> info; // gets its id and its real root
  user_rules user;
  bool allow_wide_roots = false;
};

/// The thread that owns the watcher: waits for the kernel, hands batches to the pipeline. Owned by
/// the worker; its functions may be called from any thread. The pipeline must outlive it.
class watch_thread {
public:
  using added = std::function<void(const std::expected<workspace_id, walk_failure>& result)>;

  explicit watch_thread(pipeline& to);
  ~watch_thread();
  /// Ends the thread; what is posted afterwards is not done.
  void stop();

  void add(watch_request request, added done); // `done` runs on this thread
  void remove(workspace_id id, std::function<void()> done);
  void hint(workspace_id id, std::string path);
  /// Hands on what has changed up to now. Where that is nothing, which is usual, no thread is
  /// woken: each of them may wait for a processor. False: it was not done by then.
  bool flush(const workspace_info& of, workspace_info::time_point until);

private:
  void post(std::function<void()> task) { inbox_.push(std::move(task)); }
  void work();
  int timeout_ms() const;
  bool poll_both(int timeout_ms) const;
  void hand_on();

  pipeline& pipeline_;
  watcher watcher_;
  std::map<workspace_id, std::shared_ptr<workspace_info>> infos_;
  poll_mailbox<std::function<void()>> inbox_; // each runs on the thread
  std::atomic<bool> at_work_ = true;          // false: all that was read so far is handed on
  bool stopping_ = false;
  std::jthread thread_; // the last: it uses all of the above
};

} // namespace acpd::index
