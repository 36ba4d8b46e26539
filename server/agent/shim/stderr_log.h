#pragma once

#include "server/agent/unique_fd.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace acpd::shim {

/// The agent's stderr: `stderr.log` in the working directory, the newest 256 to 512 KiB of it. What
/// the disk does not take is lost: it is a log. Owned by the shim's loop.
class stderr_log {
public:
  static constexpr std::uint64_t limit_bytes = std::uint64_t{512} << 10;

  void append(std::string_view bytes);
  std::string tail(std::size_t bytes) const;

private:
  void shorten();

  agent::unique_fd fd_;
  std::uint64_t size_ = 0;
};

} // namespace acpd::shim
