#pragma once

#include <chrono>

namespace acpd::shim {

using clock = std::chrono::steady_clock;
using instant = clock::time_point;

inline constexpr instant never = instant::max();

} // namespace acpd::shim
