#pragma once

#include "server/store/connection.h"

namespace acpd::store {

/// Keys outlive their session by this.
inline constexpr std::int64_t key_lifetime_ms = std::int64_t{30} * 24 * 3600 * 1000;

struct swept {
  std::size_t rows = 0; // removed, at most the limit; fewer: nothing is left for now
};

/// Removes rows of buried sessions, and what is past its time, inside the caller's transaction.
swept sweep_slice(connection& db, std::size_t limit, std::int64_t now_ms);

} // namespace acpd::store
