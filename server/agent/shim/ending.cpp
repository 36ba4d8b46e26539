#include "server/agent/shim/ending.h"

#include <algorithm>

namespace acpd::shim {
namespace {

using namespace std::chrono_literals;

constexpr auto after_terminate = 3s;  // then SIGKILL
constexpr auto drain_limit = 1s;      // a child may hold the pipe for ever
constexpr auto sweep_gap = 10ms;      // a killed process takes a moment to go
constexpr auto unkillable_after = 5s; // then the end is reported all the same

} // namespace

void ending::stop(instant now, std::chrono::milliseconds grace) {
  terminate_at_ = std::min(terminate_at_, now + grace);
}

/// The agent's top process is gone: its children get as long as its output needs, up to a limit.
void ending::ended(instant now, const facts& f) {
  if (drain_until_ == never) drain_until_ = now + drain_limit;
  if (!f.output_open || now >= drain_until_) killing_ = true;
}

ending::action ending::step(instant now, const facts& f) {
  if (now >= kill_at_) killing_ = true;
  if (!f.alive) ended(now, f);
  if (!killing_) {
    if (!f.alive || now < terminate_at_) return action::none;
    terminate_at_ = never;
    kill_at_ = std::min(kill_at_, now + after_terminate);
    return action::terminate;
  }
  if (over(f) || now < sweep_at_) return action::none;
  return action::sweep;
}

void ending::swept(instant now, int left) {
  if (give_up_at_ == never) give_up_at_ = now + unkillable_after;
  over_ = left == 0 || now >= give_up_at_;
  sweep_at_ = now + sweep_gap;
}

instant ending::wake() const {
  if (killing_) return over_ ? never : sweep_at_;
  return std::min({terminate_at_, kill_at_, drain_until_});
}

} // namespace acpd::shim
