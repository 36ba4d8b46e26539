#include "server/agent/shim/input.h"

#include "protocol/crash_point.h"

#include <cerrno>
#include <poll.h>

namespace acpd::shim {

void input::push(std::uint64_t number, std::string_view line) {
  if (number <= sent_.received) return;
  ACPD_CRASH_POINT("shim.received");
  sent_.received = number;
  if (!fd_ || closing_) return; // never started, and the progress says so
  queue_.push_back({number, std::string(line)});
  queued_bytes_ += line.size();
}

/// False: the pipe takes nothing now, so that the message is not marked as started in vain.
bool input::begin(const message& m) {
  if (sent_.started == m.number) return true;
  pollfd p{fd_.get(), POLLOUT, 0};
  if (::poll(&p, 1, 0) <= 0) return false;
  if (p.revents & POLLERR) { // the agent has closed its stdin or is gone
    close_now();
    return false;
  }
  sent_.started = m.number;

  ACPD_CRASH_POINT("shim.started");
  return true;
}

void input::pump() {
  while (fd_ && !queue_.empty()) {
    const message& m = queue_.front();
    if (!begin(m)) return;
    if (at_ < m.line.size()) {
      const ssize_t n = ::write(fd_.get(), m.line.data() + at_, m.line.size() - at_);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (n < 0) return close_now(); // the agent has closed its stdin or is gone
      at_ += static_cast<std::size_t>(n);
    }
    if (at_ < m.line.size()) continue;
    ACPD_CRASH_POINT("shim.wrote");
    sent_.written = m.number;
    queued_bytes_ -= m.line.size();
    at_ = 0;
    queue_.pop_front();
  }
  if (closing_) close_now();
}

void input::close_when_empty() {
  closing_ = true;
  pump();
}

void input::close_now() {
  fd_.reset();
  queue_ = {};
  queued_bytes_ = 0;
}

} // namespace acpd::shim
