#include "indexer/files/inotify.h"

#include <cerrno>
#include <cstring>
#include <sys/inotify.h>

namespace acpd::index {
namespace {

// IN_MODIFY beside IN_CLOSE_WRITE: a program may keep a file open for ever.
// IN_ATTRIB: a file that becomes readable is news.
constexpr std::uint32_t wanted = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY |
                                 IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

constexpr int most_reads = 32;

} // namespace

inotify::inotify() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (!fd_) error_ = errno;
}

int inotify::add(const std::string& folder) const {
  const int wd = ::inotify_add_watch(fd_.get(), folder.c_str(),
                                     wanted | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK);
  return wd >= 0 ? wd : -errno;
}

void inotify::remove(int wd) const { ::inotify_rm_watch(fd_.get(), wd); }

void inotify::drain(const std::function<void(const inotify_event_view&)>& each) const {
  alignas(inotify_event) char buffer[64 * 1024];
  // Not for ever: a program that writes without pause must not keep the caller here.
  for (int round = 0; round < most_reads; ++round) {
    const auto n = ::read(fd_.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    for (ssize_t at = 0; at < n;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      const auto name = event->len ? std::string_view(event->name) : std::string_view();
      each({event->wd, event->mask, name});
      at += static_cast<ssize_t>(sizeof *event) + event->len;
    }
  }
}

} // namespace acpd::index
