#include "server/store/checkpointer.h"

#include "protocol/crash_point.h"
#include "server/store/connection.h"

#include <chrono>
#include <sqlite3.h>
#include <utility>

namespace acpd::store {
namespace {
constexpr auto interval = std::chrono::milliseconds(200);
constexpr int wal_bound_bytes = 64 << 20;
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
  gate_.wait(lock, [this] { return !truncating_; });
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

/// PASSIVE passes come first in any case, so that a truncation holds the commits up only for what
/// was written during the last of them.
bool checkpointer::try_checkpoint(bool truncate) {
  ACPD_CRASH_POINT("store.before_checkpoint");
  int code = SQLITE_OK;
  int left = 0; // pages
  bool too_long = false;
  for (int pass = 0; pass < 3 && code == SQLITE_OK; ++pass) {
    int in_log = 0;
    int moved = 0;
    code = sqlite3_wal_checkpoint_v2(connection_->handle(), "main", SQLITE_CHECKPOINT_PASSIVE,
                                     &in_log, &moved);
    left = in_log - moved;
    too_long = in_log > wal_bound_bytes / page_bytes;
    if (!too_long) break;
  }
  const bool all_moved = code == SQLITE_OK && left == 0;
  if (code == SQLITE_OK && (truncate || too_long)) code = truncate_between_commits();
  ACPD_CRASH_POINT("store.after_checkpoint");
  return truncate || too_long ? code == SQLITE_OK : all_moved;
}

int checkpointer::truncate_between_commits() {
  std::unique_lock lock(mutex_);
  truncating_ = true;
  gate_.wait(lock, [this] { return !committing_; });
  lock.unlock();
  const int code = sqlite3_wal_checkpoint_v2(connection_->handle(), "main",
                                             SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  lock.lock();
  truncating_ = false;
  gate_.notify_one();
  return code;
}

} // namespace acpd::store
