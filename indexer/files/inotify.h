#pragma once

#include "indexer/files/unique_fd.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace acpd::index {

/// One event of the kernel's, or `overflow`: some were lost.
struct inotify_event_view {
  int wd = -1;
  std::uint32_t mask = 0;
  std::string_view name; // of the entry in the watched folder; empty: the folder itself
};

/// A thin layer over inotify(7). One thread.
class inotify {
public:
  /// Where the machine has no instance left (fs.inotify.max_user_instances), fd() is -1 and every
  /// add() fails: the caller polls.
  inotify();

  int fd() const { return fd_.get(); }
  int error() const { return error_; } // errno of the start, or 0
  /// The watch of a folder, the same for the same inode; or -errno. Links are not followed.
  int add(const std::string& folder) const;
  void remove(int wd) const;
  /// What is there, up to 2 MiB of it. Does not block.
  void drain(const std::function<void(const inotify_event_view&)>& each) const;

private:
  unique_fd fd_;
  int error_ = 0;
};

} // namespace acpd::index
