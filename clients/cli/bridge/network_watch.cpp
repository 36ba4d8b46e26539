#include "clients/cli/bridge/network_watch.h"

#include <array>
#include <ctime>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

namespace acpd::bridge {
namespace {

constexpr std::int64_t noticeable_sleep_ms = 2000;

std::int64_t now_ms(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1'000'000;
}

std::int64_t slept_ms() { return now_ms(CLOCK_BOOTTIME) - now_ms(CLOCK_MONOTONIC); }

} // namespace

network_watch::network_watch()
    : fd_(::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE)),
      slept_ms_(slept_ms()) {
  sockaddr_nl groups{};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE;
  if (fd_ >= 0 && ::bind(fd_, reinterpret_cast<const sockaddr*>(&groups), sizeof groups) != 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

network_watch::~network_watch() {
  if (fd_ >= 0) ::close(fd_);
}

bool network_watch::changed() {
  bool any = false;
  std::array<char, 8192> message; // what it says does not matter: that it came does
  while (fd_ >= 0 && ::recv(fd_, message.data(), message.size(), MSG_DONTWAIT) > 0)
    any = true;
  const std::int64_t slept = slept_ms();
  any |= slept - slept_ms_ >= noticeable_sleep_ms;
  slept_ms_ = slept;
  return any;
}

} // namespace acpd::bridge
