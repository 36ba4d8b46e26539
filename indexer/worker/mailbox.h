#pragma once

#include "indexer/files/unique_fd.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <sys/eventfd.h>
#include <unistd.h>

namespace acpd::index {

/// Messages to one thread, from any. Owned by the receiver, which outlives the senders.
template <class T>
class mailbox {
public:
  void push(T message) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(message));
    }
    filled_.notify_one();
  }

  std::deque<T> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }

  /// Waits for messages until then (for ever: nothing), and takes them.
  std::deque<T> wait(std::optional<std::chrono::steady_clock::time_point> until) {
    std::unique_lock lock(mutex_);
    const auto is_filled = [&] { return !waiting_.empty(); };
    if (until)
      filled_.wait_until(lock, *until, is_filled);
    else
      filled_.wait(lock, is_filled);
    return std::exchange(waiting_, {});
  }

private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<T> waiting_;
};

/// The same for a thread that waits in poll(2): fd() is readable when there are messages.
template <class T>
class poll_mailbox {
public:
  poll_mailbox() : bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  int fd() const { return bell_.get(); }
  void push(T message) {
    messages_.push(std::move(message));
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n =
        ::write(bell_.get(), &one, sizeof one); // full: it rings already
  }
  std::deque<T> take() {
    std::uint64_t rings = 0;
    [[maybe_unused]] const auto n =
        ::read(bell_.get(), &rings, sizeof rings); // before the messages
    return messages_.take();
  }

private:
  mailbox<T> messages_;
  unique_fd bell_;
};

} // namespace acpd::index
