#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace acpd::protocol {

/// Cuts a byte stream into lines without copying those that arrive whole.
/// Owned by one stream's reader; used on its thread only. feed()'s lines are valid during the call,
/// and the callback must not touch the splitter.
class line_splitter {
public:
  explicit line_splitter(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Calls on_line(std::string_view line, std::size_t end, bool too_long) for each whole line in
  /// `bytes`, without its newline (and without a "\r" before it); `end` is how many of `bytes` are
  /// used up with this line, newline included. Blank lines are skipped. A line over the limit is
  /// reported when its end is seen, with too_long = true and its first 256 bytes; the rest is
  /// thrown away as it comes.
  template <class F>
  void feed(std::string_view bytes, F&& on_line);

  /// Bytes of the unfinished line that are kept now.
  std::size_t pending_bytes() const { return partial_.size(); }
  /// The unfinished line; what a stream that ended in the middle of a line leaves behind.
  std::string_view pending() const { return partial_; }
  void reset();

private:
  static constexpr std::size_t excerpt_bytes = 256;
  static constexpr std::size_t kept_capacity =
      64 * 1024; // so that one long line costs nothing later

  template <class F>
  void give(std::string_view line, std::size_t end, F& on_line);
  void keep(std::string_view piece);

  std::size_t max_bytes_;
  std::string partial_;
  bool skipping_ = false; // the rest of a line over the limit is being thrown away
};

template <class F>
void line_splitter::feed(std::string_view bytes, F&& on_line) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const void* found = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
    if (found == nullptr) return keep(bytes.substr(at));
    const auto newline = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    const std::string_view piece = bytes.substr(at, newline - at);
    at = newline + 1;
    if (partial_.empty()) {
      give(piece, at, on_line);
      continue;
    }
    keep(piece);
    give(partial_, at, on_line);
    reset();
  }
}

template <class F>
void line_splitter::give(std::string_view line, std::size_t end, F& on_line) {
  const bool cut = skipping_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool too_long = cut || line.size() > max_bytes_;
  if (too_long) return on_line(line.substr(0, excerpt_bytes), end, true);
  const bool blank = line.find_first_not_of(" \t\r") == std::string_view::npos;
  if (!blank) on_line(line, end, false);
}

inline void line_splitter::keep(std::string_view piece) {
  if (!skipping_) {
    partial_ += piece;
    // One more than the limit: the last byte may be the "\r" of a line that just fits.
    if (partial_.size() <= max_bytes_ + 1) return;
    skipping_ = true;
    partial_.resize(std::min(partial_.size(), excerpt_bytes));
    if (partial_.capacity() > kept_capacity) partial_.shrink_to_fit();
  } else if (partial_.size() < excerpt_bytes) {
    partial_ += piece.substr(0, excerpt_bytes - partial_.size());
  }
}

inline void line_splitter::reset() {
  skipping_ = false;
  partial_.clear();
  if (partial_.capacity() > kept_capacity) partial_.shrink_to_fit();
}

} // namespace acpd::protocol
