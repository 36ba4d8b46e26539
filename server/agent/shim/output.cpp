#include "server/agent/shim/output.h"

#include "protocol/crash_point.h"

#include <cerrno>

namespace acpd::shim {
namespace {

using namespace std::chrono_literals;

// In a flood many small reads cost shim and daemon a wake-up each. After two reads that close
// together the next waits a little and takes more; an update that comes alone is never held up.
constexpr auto flood_gap = 400us;
constexpr auto nap = 200us;
constexpr auto retry_gap = 200ms;

} // namespace

bool output::has_room(bool attached) const {
  const auto kept = spool_.unacknowledged();
  if (kept >= limit_) return false;
  return !attached || kept < window_bytes || line_end_ <= spool_.acknowledged();
}

bool output::wants(instant now, bool attached, bool draining) const {
  if (!fd_ || held()) return false;
  return draining || (now >= next_read_ && has_room(attached));
}

instant output::wake(instant now, bool attached) const {
  if (held()) return retry_at_;
  return fd_ && now < next_read_ && has_room(attached) ? next_read_ : never;
}

std::string_view output::keep(instant now, std::string_view bytes) {
  const auto offset = spool_.end();
  const auto done = spool_.append(bytes);
  const auto kept = bytes.substr(0, done);
  if (const auto at = kept.rfind('\n'); at != std::string_view::npos) line_end_ = offset + at + 1;
  hello_.spool_end = spool_.end();
  held_.assign(bytes.substr(done));
  if (held()) retry_at_ = now + retry_gap;
  ACPD_CRASH_POINT("shim.spooled");
  return kept;
}

fresh_bytes output::read(instant now, std::span<char> buffer) {
  const ssize_t n = ::read(fd_.get(), buffer.data(), buffer.size());
  would_block_ = n < 0;
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return {};
  if (n <= 0) {
    fd_.reset();
    return {};
  }
  // A full buffer means that the pipe has more: no reason to wait for it.
  const bool flood = now - last_ < flood_gap && static_cast<std::size_t>(n) < buffer.size();
  next_read_ = flood ? now + nap : instant{};
  last_ = now;
  const auto offset = spool_.end();
  return {offset, keep(now, {buffer.data(), static_cast<std::size_t>(n)})};
}

void output::drain(instant now, std::span<char> buffer) {
  // The limit is for a process that holds the pipe and could not be killed.
  for (int reads = 0; fd_ && !held() && reads < 64; ++reads) {
    read(now, buffer);
    if (would_block_) break;
  }
}

void output::retry(instant now) {
  if (!held() || now < retry_at_) return;
  const std::string again = std::move(held_);
  held_.clear();
  keep(now, again);
}

} // namespace acpd::shim
