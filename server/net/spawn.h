#pragma once

#include "server/net/asio.h"

#include <exception>
#include <spdlog/spdlog.h>
#include <string>

namespace acpd::net {

/// Runs a coroutine on the session thread. What escapes it is logged under its name, never
/// swallowed: an exception here is a programmer's error, expected ends return. The coroutine's own
/// arguments keep its object alive; it ends when that object closes its socket.
inline void spawn(asio::io_context& io, std::string name, asio::awaitable<void> run) {
  asio::co_spawn(io, std::move(run), [name = std::move(name)](std::exception_ptr failed) {
    if (!failed) return;
    try {
      std::rethrow_exception(failed);
    } catch (const std::exception& e) {
      spdlog::critical("{} ended by an exception: {}", name, e.what());
    }
  });
}

} // namespace acpd::net
