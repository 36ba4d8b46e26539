#include "server/runner/outbox.h"

namespace acpd::runner {

void outbox::forget(clock::time_point now) {
  while (!sent_.empty() && now - sent_.front() >= window)
    sent_.pop_front();
}

bool outbox::has_room(clock::time_point now, std::size_t wanted, std::size_t spare) {
  forget(now);
  return lane_.empty() && ready_.size() < high_water_bytes &&
         sent_.size() + wanted + spare <= updates_a_second;
}

void outbox::advance(clock::time_point now) {
  forget(now);
  while (!lane_.empty() && ready_.size() < high_water_bytes) {
    auto& next = lane_.front();
    if (next.counts) {
      if (sent_.size() >= updates_a_second) return;
      sent_.push_back(now);
    }
    ready_ += next.frame + '\n';
    lane_.pop_front();
  }
}

} // namespace acpd::runner
