#pragma once

#include "server/agent/shim_frames.h"

#include <cstddef>
#include <cstring>

namespace acpd::agent {

/// The shim's `state` file as it lies on disk and in the shim's memory (SHIM.md).
struct state_page {
  char magic[8] = {};
  shim_hello hello;

  bool valid() const { return std::memcmp(magic, "ACPDSHM1", sizeof magic) == 0; }
};

inline constexpr std::size_t state_file_bytes = 4096;
static_assert(sizeof(state_page) <= state_file_bytes);

} // namespace acpd::agent
