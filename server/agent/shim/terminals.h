#pragma once

#include "server/agent/shim_frames.h"
#include "server/agent/unique_fd.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace acpd::shim {

/// One command that the agent asked for, and the newest part of what it wrote.
struct terminal {
  pid_t pid = 0;   // 0: not started, or waited for
  pid_t group = 0; // what it left behind may still be in there
  agent::unique_fd fd;
  std::string text;
  std::uint64_t limit = 0;
  agent::term_status status{.known = 1};

  void add(std::string_view bytes);
  /// Drops the oldest bytes above the limit, at a UTF-8 boundary.
  void trim();
  /// Reads once. False: nothing was there now.
  bool read(std::span<char> buffer);
};

/// The terminals of one agent: SHIM.md's section. Owned by the shim's loop.
class terminals {
public:
  /// Numbers live until they are released: the daemon may ask for one again.
  static constexpr std::uint64_t largest_limit = std::uint64_t{16} << 20;

  terminals(std::string cwd, mode_t mask) : cwd_(std::move(cwd)), mask_(mask) {}

  /// Starts the payload's command unless the number exists. Returns it when it could not be
  /// started, i.e. has exited already.
  const terminal* create(std::uint64_t number, std::uint64_t limit, std::string_view payload);
  /// Nothing starts any more: the agent has ended.
  void refuse() { refused_ = true; }
  /// A child was waited for: the terminal's number, if it was one.
  std::optional<std::uint64_t> reaped(pid_t pid, int wait_status, std::span<char> buffer);
  void kill(std::uint64_t number);
  void release(std::uint64_t number);

  terminal* find(std::uint64_t number);
  std::map<std::uint64_t, terminal>& all() { return all_; }

private:
  int start(terminal& t, std::string_view payload);

  std::string cwd_;
  mode_t mask_;
  std::map<std::uint64_t, terminal> all_;
  bool refused_ = false;
};

} // namespace acpd::shim
