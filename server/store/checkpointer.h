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
/// It truncates the file where a secret must be forgotten, and has it begun anew above 32 MiB (in a
/// flood no commit ever finds all of it moved); commits wait then.
/// Owned by the writer; any thread may call it. A checkpoint that fails is tried again: it costs
/// disk space, not data, and what stops it (a full disk) stops a commit too, which says so.
class checkpointer {
public:
  checkpointer(std::filesystem::path file, open_options options);
  ~checkpointer(); // truncates first if that is due
  checkpointer(const checkpointer&) = delete;
  checkpointer& operator=(const checkpointer&) = delete;

  /// Around each commit: some checkpoints need a moment without one, and would not find it in a
  /// flood.
  void begin_commit();
  void end_commit();

  void work_done();
  void truncate_soon();

private:
  void loop();
  bool checkpoint(bool truncate); // false: to be tried again
  bool try_checkpoint(bool truncate);
  bool outgrown() const;
  int between_commits(int mode);

  const std::filesystem::path file_;
  const open_options options_;
  std::unique_ptr<connection> connection_; // of the thread
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable gate_;
  bool stopping_ = false;
  bool committing_ = false;
  bool blocking_ = false;
  // A daemon that was killed may have left secrets in the file: the first checkpoint truncates it.
  bool work_ = true;
  bool truncate_ = true;
  std::thread thread_; // the last: it uses all of the above
};

} // namespace acpd::store
