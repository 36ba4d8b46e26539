#pragma once

#include "server/store/open_options.h"

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

namespace acpd::store {

class connection;

/// Moves what is in the -wal file into sessions.db, on a thread and a connection of its own, so
/// that no commit waits for it: PASSIVE, 200 ms after the first work and again while there is more.
/// It truncates the file where a secret must be forgotten or a bound is passed; commits wait then.
/// Owned by the writer; any thread may call it. A checkpoint that fails is tried again: it costs
/// disk space, not data, and what stops it (a full disk) stops a commit too, which says so.
class checkpointer {
public:
  checkpointer(std::filesystem::path file, open_options options);
  ~checkpointer(); // truncates first if that is due
  checkpointer(const checkpointer&) = delete;
  checkpointer& operator=(const checkpointer&) = delete;

  /// Around each commit: a truncation needs a moment without one, and would never find it in a
  /// flood.
  void begin_commit();
  void end_commit();

  void work_done();
  void truncate_soon();

private:
  void loop();
  bool checkpoint(bool truncate); // false: to be tried again
  bool try_checkpoint(bool truncate);
  int truncate_between_commits();

  const std::filesystem::path file_;
  const open_options options_;
  std::unique_ptr<connection> connection_; // of the thread
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable gate_;
  bool stopping_ = false;
  bool committing_ = false;
  bool truncating_ = false;
  bool work_ = false;
  bool truncate_ = true; // a daemon that was killed may have left secrets in the file
  std::thread thread_;   // the last: it uses all of the above
};

} // namespace acpd::store
