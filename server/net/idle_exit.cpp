#include "server/net/idle_exit.h"

#include "server/net/hub.h"

#include <algorithm>

namespace acpd::net {

namespace {

bool is_needed(const hub& h) {
  return !h.links.empty() || std::ranges::any_of(h.sessions(), [](const auto& s) {
    const core::session& session = s.second->core;
    return !session.quiet() || session.needs_person();
  });
}

} // namespace

idle_exit::idle_exit(hub& h, std::chrono::seconds after, std::function<void()> end)
    : hub_(h), after_(after), end_(std::move(end)), timer_(h.io),
      needed_(std::chrono::steady_clock::now()) {}

void idle_exit::start() {
  if (after_.count() == 0) return;
  timer_.expires_after(std::max<std::chrono::milliseconds>(after_ / 4, std::chrono::seconds(1)));
  timer_.async_wait([this](error_code ec) {
    if (!ec) look();
  });
}

void idle_exit::look() {
  const auto now = std::chrono::steady_clock::now();
  if (is_needed(hub_)) needed_ = now;
  if (now - needed_ < after_) return start();
  spdlog::info("nobody was here and nothing was at work for {} s", after_.count());
  end_();
}

} // namespace acpd::net
