#pragma once

#ifdef ACPD_FAULTS

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>

namespace acpd::protocol {

/// Where this process is to die, for tests: ACPD_CRASH=<point>[:N] in the environment, read once,
/// makes it `_exit(137)` at the Nth pass (from 1) of the named point. As with kill -9 nothing is
/// flushed, closed or destroyed. One per process; any thread.
class crash_plan {
public:
  static crash_plan& instance() {
    static crash_plan plan(std::getenv("ACPD_CRASH"));
    return plan;
  }

  /// For a test that forks: another plan than the environment's. Not while other threads run.
  void arm(std::string_view spec) {
    const auto colon = spec.rfind(':');
    point_ = spec.substr(0, colon);
    long passes = 1;
    if (colon != std::string_view::npos)
      std::from_chars(spec.data() + colon + 1, spec.data() + spec.size(), passes);
    left_ = passes;
  }

  void pass(std::string_view point) {
    if (point == point_ && left_.fetch_sub(1) == 1) ::_exit(137);
  }

private:
  explicit crash_plan(const char* spec) {
    if (spec != nullptr) arm(spec);
  }

  std::string point_;
  std::atomic<long> left_ = 0;
};

} // namespace acpd::protocol

#define ACPD_CRASH_POINT(name) ::acpd::protocol::crash_plan::instance().pass(name)

#else

#define ACPD_CRASH_POINT(name) static_cast<void>(0)

#endif
