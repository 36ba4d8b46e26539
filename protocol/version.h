#pragma once

#include <cstdint>

namespace acpd::protocol {

/// A version of ACP that acpd speaks. The values are the wire's and, as bytes, the log's.
enum class acp_version : std::uint8_t {
  v1 = 1,
  v2 = 2,
};

} // namespace acpd::protocol
