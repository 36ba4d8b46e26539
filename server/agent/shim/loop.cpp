// shim's loop: which descriptors are looked at, in which order they are served.
#include "server/agent/peer.h"
#include "server/agent/shim/shim.h"
#include "server/agent/shim_codec.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>
#include <sys/socket.h>

namespace acpd::shim {
namespace {

using namespace std::chrono_literals;

// Slots of the poll set; terminals follow.
enum slot : std::size_t {
  signal_slot,
  listen_slot,
  link_slot,
  pending_slot,
  out_slot,
  err_slot,
  in_slot,
  first_terminal
};

char read_buffer[65536];
char spool_buffer[65536]; // touched only when a daemon has to catch up

constexpr auto leave_limit = 1s; // for a daemon that does not read the shim's last words

bool may_connect(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  // A pid of 0: from another pid namespace, nothing can be said about it.
  if (peer.uid != ::geteuid() || peer.pid == 0) return false;
  return !agent::in_shim_of(peer.pid, "../.."); // the working directory is STATE/shims/ID
}

short if_set(bool on, short event) { return on ? event : short{0}; }

} // namespace

void shim::prepare(instant now) {
  set_.assign(first_terminal, {-1, 0, 0});
  set_[signal_slot] = {signals_.get(), POLLIN, 0};
  set_[listen_slot] = {listener_.get(), POLLIN, 0};
  if (link_) {
    const bool reads = link_->wants_read() && !in_.full();
    set_[link_slot] = {link_->fd(),
                       static_cast<short>(if_set(reads, POLLIN) | if_set(link_->waits(), POLLOUT)),
                       0};
  }
  if (pending_) set_[pending_slot] = {pending_->fd(), POLLIN, 0};
  if (out_.wants(now, attached(), ending_.killing())) set_[out_slot] = {out_.fd(), POLLIN, 0};
  set_[err_slot] = {errors_.get(), POLLIN, 0};
  if (in_.waits()) set_[in_slot] = {in_.fd(), POLLOUT, 0};
  polled_terminals_.clear();
  for (const auto& [number, t] : terminals_.all()) {
    if (!t.fd) continue;
    set_.push_back({t.fd.get(), POLLIN, 0});
    polled_terminals_.push_back(number);
  }
}

void shim::wait(instant now) {
  const instant wake = std::min({out_.wake(now, attached()), finished_ ? never : ending_.wake(),
                                 leaving_ ? go_at_ : linger_at()});
  timespec limit{};
  if (wake > now) {
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(wake - now);
    limit.tv_sec = left / 1s;
    limit.tv_nsec = (left % 1s).count();
  }
  const int n = ::ppoll(set_.data(), set_.size(), wake == never ? nullptr : &limit, nullptr);
  if (n < 0)
    for (auto& p : set_)
      p.revents = 0;
}

void shim::run() {
  for (;;) {
    instant now = clock::now();
    if (may_go(now)) return;
    prepare(now);
    wait(now);
    now = clock::now();
    handle(now);
    tick(now);
  }
}

/// Acknowledgements first, since they make room; each event by itself, since any may come alone.
void shim::handle(instant now) {
  if (set_[signal_slot].revents) read_signals(now);
  if (set_[link_slot].revents & (POLLIN | POLLHUP | POLLERR)) read_link(now);
  if (set_[pending_slot].revents) read_pending(now);
  if (set_[listen_slot].revents) accept_one();
  if (set_[in_slot].revents || progress_due_) in_.pump();
  if (set_[out_slot].revents) read_agent(now);
  if (set_[err_slot].revents) read_stderr();
  for (std::size_t i = 0; i < polled_terminals_.size(); ++i) {
    if (!set_[first_terminal + i].revents) continue;
    if (terminal* t = terminals_.find(polled_terminals_[i])) t->read(read_buffer);
  }
}

void shim::read_signals(instant now) {
  signalfd_siginfo info;
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo != SIGTERM) continue;
    // The machine is going down, or somebody wants the agent to end.
    leaving_ = true;
    in_.close_when_empty();
    ending_.stop(now, 2s);
  }
  reap();
}

void shim::accept_one() {
  agent::unique_fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (fd && may_connect(fd.get())) pending_.emplace(std::move(fd));
}

void shim::read_pending(instant now) {
  std::vector<std::pair<wire::frame_header, std::string>> behind; // what came with the attach
  std::optional<std::uint64_t> committed;
  bool ok = pending_->read(read_buffer, [&](const wire::frame_header& h, std::string_view payload) {
    if (committed)
      behind.emplace_back(h, payload);
    else
      committed = h.type == static_cast<std::uint8_t>(agent::shim_frame::attach)
                      ? h.seq
                      : std::uint64_t{~0ULL};
  });
  if (committed && *committed == ~0ULL) ok = false; // talks before it has attached
  if (!ok) return pending_.reset();
  if (!committed) return;
  attach(*committed);
  for (const auto& [h, payload] : behind)
    on_frame(h, payload, now);
}

void shim::read_link(instant now) {
  const bool gone = set_[link_slot].revents & (POLLHUP | POLLERR);
  if (!(set_[link_slot].revents & POLLIN)) {
    // What it still sent is dropped: it counts as not received, and the next daemon sends it again.
    if (gone) detach(now);
    return;
  }
  const bool ok =
      link_->read(read_buffer, [&](const wire::frame_header& h, std::string_view payload) {
        on_frame(h, payload, now);
      });
  if (!ok) detach(now);
}

void shim::read_agent(instant now) {
  const fresh_bytes fresh = out_.read(now, read_buffer);
  if (!fresh.bytes.empty()) flush(now, fresh);
}

void shim::read_stderr() {
  const ssize_t n = ::read(errors_.get(), read_buffer, sizeof read_buffer);
  if (n > 0)
    log_.append({read_buffer, static_cast<std::size_t>(n)});
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    errors_.reset();
}

void shim::flush(instant now, const fresh_bytes& fresh) {
  if (link_ && !link_->flush(spool_, fresh, spool_buffer)) detach(now);
}

void shim::tick(instant now) {
  out_.retry(now);
  if (!leaving_ && now >= linger_at()) {
    leaving_ = true;
    in_.close_when_empty();
    ending_.stop(now, 2s);
  }
  end_step(now);
  if (finished_ && leaving_ && go_at_ == never) go_at_ = now + leave_limit;
  // What is said may depend on what has just been sent, and no event comes for that.
  flush(now, {});
  say_progress();
  say_exit();
  flush(now, {});
}

void shim::say_progress() {
  const agent::shim_progress& sent = state_.hello().sent;
  const bool moved = agent::pack(sent) != agent::pack(said_);
  if (!attached() || !(moved || progress_due_) || !link_->wants_read()) return;
  progress_due_ = false;
  said_ = sent;
  link_->say(agent::shim_frame::progress, 0, agent::pack(sent));
}

void shim::finish(instant now) {
  out_.drain(now, read_buffer);
  for (int reads = 0; errors_ && reads < 64; ++reads) {
    const ssize_t n = ::read(errors_.get(), read_buffer, sizeof read_buffer);
    if (n <= 0) break;
    log_.append({read_buffer, static_cast<std::size_t>(n)});
  }
  // A full disk holds the last bytes back: the end is told behind them, or not at all.
  if (out_.held() && !leaving_) return;
  errors_.reset();
  out_.close();
  in_.close_now();
  state_.hello().exit.exited = 1;
  finished_ = true;
}

} // namespace acpd::shim
