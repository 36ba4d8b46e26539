#include "server/store/batch.h"

#include <algorithm>

namespace acpd::store {
namespace {
constexpr std::size_t block_bytes = 64 * 1024;
}

std::string_view batch::keep(std::string_view s) {
  if (s.empty()) return {};
  bytes_ += s.size();
  const bool fits = !arena_.empty() && arena_.back().capacity() - arena_.back().size() >= s.size();
  if (!fits) {
    // A small batch stays small; the blocks double up to 64 KiB.
    const std::size_t wanted = arena_.empty() ? 4096 : arena_.back().capacity() * 2;
    arena_.emplace_back().reserve(std::max(s.size(), std::min(wanted, block_bytes)));
  }
  std::string& block = arena_.back();
  const std::size_t at = block.size();
  block.append(s); // within the capacity: no view into this block is invalidated
  return std::string_view(block).substr(at);
}

void batch::clear() {
  entries_.clear();
  operations_.clear();
  // One block is kept, so that a batch that is used again allocates nothing.
  if (arena_.size() > 1) arena_.resize(1);
  if (!arena_.empty() && arena_.front().capacity() > block_bytes) arena_.clear();
  if (!arena_.empty()) arena_.front().clear();
  bytes_ = 0;
  durable_ = false;
}

} // namespace acpd::store
