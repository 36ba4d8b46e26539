#include "server/store/checkpointer.h"

#include "protocol/crash_point.h"
#include "server/store/connection.h"

#include <chrono>
#include <sqlite3.h>
#include <utility>

namespace acpd::store {
namespace {
constexpr auto interval = std::chrono::milliseconds(200);
constexpr int wal_bound_bytes = 32 << 20;
constexpr std::uintmax_t wal_limit_bytes = 64 << 20; // journal_size_limit: what a restart leaves
constexpr int page_bytes = 4096;
} // namespace

checkpointer::checkpointer(std::filesystem::path file, open_options options)
    : file_(std::move(file)), options_(std::move(options)), thread_([this] { loop(); }) {}

checkpointer::~checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void checkpointer::begin_commit() {
  std::unique_lock lock(mutex_);
  gate_.wait(lock, [this] { return !blocking_; });
  committing_ = true;
}

void checkpointer::end_commit() {
  const std::lock_guard lock(mutex_);
  committing_ = false;
  gate_.notify_one();
}

void checkpointer::work_done() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(work_, true)) wake_.notify_one();
}

void checkpointer::truncate_soon() {
  const std::lock_guard lock(mutex_);
  truncate_ = true;
  if (!std::exchange(work_, true)) wake_.notify_one();
}

void checkpointer::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || work_; });
    wake_.wait_for(lock, interval, [this] { return stopping_; });
    const bool last = stopping_;
    if (last && !(work_ && truncate_)) return;
    work_ = false;
    const bool truncate = std::exchange(truncate_, false);
    lock.unlock();
    const bool done = checkpoint(truncate);
    lock.lock();
    if (last) return;
    if (!done) {
      work_ = true;
      truncate_ |= truncate;
    }
  }
}

bool checkpointer::checkpoint(bool truncate) {
  try {
    if (!connection_)
      connection_ = std::make_unique<connection>(file_, connection::role::checkpointer, options_);
    return try_checkpoint(truncate);
  } catch (const sqlite_error&) {
    return false; // see the class's comment
  }
}

/// The commits are faster than the passes: another pass would only have more to do.
bool checkpointer::outgrown() const {
  std::error_code missing; // then it is 2^64 - 1, and the commits wait a moment for nothing
  return std::filesystem::file_size(file_.string() + "-wal", missing) > wal_limit_bytes;
}

/// PASSIVE passes come first in any case, so that what follows holds the commits up only for what
/// was written during the last of them.
bool checkpointer::try_checkpoint(bool truncate) {
  ACPD_CRASH_POINT("store.before_checkpoint");
  int code = SQLITE_OK;
  int left = 0; // pages
  bool too_long = false;
  for (int pass = 0; pass < 2 && code == SQLITE_OK; ++pass) {
    int in_log = 0;
    int moved = 0;
    code = sqlite3_wal_checkpoint_v2(connection_->handle(), "main", SQLITE_CHECKPOINT_PASSIVE,
                                     &in_log, &moved);
    left = in_log - moved;
    too_long = in_log > wal_bound_bytes / page_bytes;
    if (!too_long || outgrown()) break;
  }
  const bool all_moved = code == SQLITE_OK && left == 0;
  if (code == SQLITE_OK && (truncate || too_long))
    code = between_commits(truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART);
  ACPD_CRASH_POINT("store.after_checkpoint");
  return truncate || too_long ? code == SQLITE_OK : all_moved;
}

/// RESTART makes the next commit begin the file anew: cheaper than blocks freed and found again.
int checkpointer::between_commits(int mode) {
  std::unique_lock lock(mutex_);
  blocking_ = true;
  gate_.wait(lock, [this] { return !committing_; });
  lock.unlock();
  const int code = sqlite3_wal_checkpoint_v2(connection_->handle(), "main", mode, nullptr, nullptr);
  lock.lock();
  blocking_ = false;
  gate_.notify_one();
  return code;
}

} // namespace acpd::store
