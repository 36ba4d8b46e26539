#include "server/agent/shim/spool.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <iterator>

namespace acpd::shim {
namespace {

struct segment_name {
  char text[32];
  explicit segment_name(std::uint64_t begin) {
    std::snprintf(text, sizeof text, "spool.%llu", static_cast<unsigned long long>(begin));
  }
};

} // namespace

bool spool::start_segment() {
  agent::unique_fd fd(
      ::open(segment_name(end_).text, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return false;
  tail_ = std::move(fd);
  segments_.push_back(end_);
  return true;
}

std::size_t spool::append(std::string_view bytes) {
  if ((segments_.empty() || end_ - segments_.back() >= segment_bytes) && !start_segment()) return 0;
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto at = static_cast<off_t>(end_ - segments_.back());
    const ssize_t n = ::pwrite(tail_.get(), bytes.data() + done, bytes.size() - done, at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == ENOSPC && give_back()) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
    end_ += static_cast<std::uint64_t>(n);
  }
  return done;
}

/// A segment is kept until it is full, however much of it is acknowledged: on a full disk that part
/// would be missing to the very lines that wait for room.
bool spool::give_back() {
  constexpr std::uint64_t page = 4096;
  const std::uint64_t segment = segments_.front();
  const std::uint64_t from = std::max(given_back_, segment) - segment;
  const std::uint64_t to = (acknowledged_ - segment) / page * page;
  if (acknowledged_ <= segment || to <= from) return false;
  agent::unique_fd older;
  if (segments_.size() > 1)
    older = agent::unique_fd(::open(segment_name(segment).text, O_WRONLY | O_CLOEXEC));
  const int fd = older ? older.get() : tail_.get();
  if (::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(from),
                  static_cast<off_t>(to - from)) != 0) {
    errno = ENOSPC; // what the caller tells
    return false;
  }
  given_back_ = segment + to;
  return true;
}

bool spool::open_for_reading(std::uint64_t segment) {
  if (reading_ && reading_begin_ == segment) return true;
  reading_ = agent::unique_fd(::open(segment_name(segment).text, O_RDONLY | O_CLOEXEC));
  reading_begin_ = segment;
  return static_cast<bool>(reading_);
}

std::size_t spool::read(std::uint64_t offset, std::span<char> out) {
  if (offset < begin() || offset >= end_) return 0;
  const auto after = std::ranges::upper_bound(segments_, offset);
  const std::uint64_t segment = *std::prev(after);
  const bool last = after == segments_.end();
  if (!last && !open_for_reading(segment)) return 0;
  const std::uint64_t limit = (last ? end_ : *after) - offset;
  const ssize_t n =
      ::pread(last ? tail_.get() : reading_.get(), out.data(),
              std::min<std::uint64_t>(out.size(), limit), static_cast<off_t>(offset - segment));
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

void spool::acknowledge(std::uint64_t offset) {
  acknowledged_ = std::clamp(offset, acknowledged_, end_);
  while (!segments_.empty()) {
    const bool last = segments_.size() == 1;
    const std::uint64_t segment_end = last ? end_ : segments_[1];
    // The last one stays until it is full: a file for each acknowledgement would cost more.
    if (segment_end > acknowledged_ || (last && end_ - segments_[0] < segment_bytes)) break;
    if (reading_ && reading_begin_ == segments_[0]) reading_.reset();
    if (last) tail_.reset();
    ::unlink(segment_name(segments_[0]).text);
    segments_.erase(segments_.begin());
  }
}

} // namespace acpd::shim
