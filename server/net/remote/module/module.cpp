// acpd-front.so: what the daemon loads when it is to listen for clients from elsewhere.
#include "server/net/remote/front.h"

#include <spdlog/spdlog.h>

extern "C" __attribute__((visibility("default"))) acpd::remote::front*
acpd_make_front(acpd::remote::daemon_side& daemon, std::shared_ptr<spdlog::logger> log) {
  spdlog::set_default_logger(std::move(log));
  return acpd::remote::new_front(daemon).release();
}
