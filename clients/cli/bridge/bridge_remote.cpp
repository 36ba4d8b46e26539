// The bridge's link to a daemon elsewhere: a program that is started again whenever it ends or the
// other side is silent. The rest is as with a daemon here: the cursors bring what was missed.
#include "clients/cli/bridge/bridge.h"
#include "protocol/errors.h"
#include "server/wire/bridge_frames.h"

namespace acpd::bridge {

protocol::result<int> bridge::connect_remote() {
  auto fd = remote_->child.start();
  if (fd) remote_->life.started(clock::now());
  return fd;
}

void bridge::tend_remote() {
  const clock::time_point now = clock::now();
  if (remote_->network.changed()) {
    remote_->life.hint(now);
    backoff_ = std::chrono::milliseconds(0); // there may be a way again
    if (link_ < 0) next_try_ = now;
    if (link_ >= 0 && !welcomed_) return link_down(); // it began on a network that is gone
  }
  if (link_ < 0) return;
  switch (remote_->life.look(now)) {
  case liveness::step::nothing: return;
  case liveness::step::ping:
    return wire::append_frame(
        to_daemon_.tail(),
        {.type = static_cast<std::uint8_t>(wire::bridge_frame::ping), .number = 1}, {});
  case liveness::step::dead: return link_down();
  }
}

/// Why it ended: for the editor's log, and for requests that can be answered no other way.
void bridge::remote_down() {
  remote_ending how = remote_->child.stop();
  if (!how.text.empty()) troubled(std::move(how.text));
  using enum remote_ending::verdict;
  // Where it has worked before, a hotel's network may be what answers now.
  const bool lasts = how.what == refused || (how.what == unusable && !served_);
  if (!lasts || !link_allowed_) return;
  refused_ = refused_ || how.what == refused;
  link_allowed_ = false; // until the editor sends something
  to_editor_.tail() += memory_.fail_requests(protocol::internal_error, trouble_);
}

} // namespace acpd::bridge
