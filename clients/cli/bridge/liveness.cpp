#include "clients/cli/bridge/liveness.h"

#include <algorithm>

namespace acpd::bridge {

void liveness::started(clock::time_point now) {
  *this = {};
  started_ = heard_ = pinged_ = now;
}

void liveness::heard_from(clock::time_point now) {
  heard_ = pinged_ = now;
  sent_.reset();
  doubt_.reset();
  under_way_ = 0;
}

void liveness::sent(std::size_t bytes, clock::time_point now) {
  if (!sent_) sent_ = now;
  under_way_ += bytes;
}

void liveness::hint(clock::time_point now) {
  if (greeted_ && !doubt_ && under_way_ < little) {
    doubt_ = now;
    pinged_ = now - ping_after; // due
  }
}

liveness::step liveness::look(clock::time_point now) {
  if (!greeted_) return now - started_ >= greeting_limit ? step::dead : step::nothing;
  if (now - heard_ >= dead_after) return step::dead;
  if (under_way_ >= little) doubt_.reset();
  if (sent_ && now - *sent_ >= answer_within) hint(now);
  if (doubt_ && now - *doubt_ >= doubt_limit) return step::dead;
  if (now - pinged_ < ping_after) return step::nothing;
  pinged_ = now;
  return step::ping;
}

liveness::clock::time_point liveness::next() const {
  if (!greeted_) return started_ + greeting_limit;
  clock::time_point at = std::min(pinged_ + ping_after, heard_ + dead_after);
  if (sent_ && !doubt_ && under_way_ < little) at = std::min(at, *sent_ + answer_within);
  if (doubt_) at = std::min(at, *doubt_ + doubt_limit);
  return at;
}

} // namespace acpd::bridge
