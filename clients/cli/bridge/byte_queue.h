#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace acpd::bridge {

/// Bytes that are owed to a descriptor that may take only some of them. One owner, one thread.
class byte_queue {
public:
  std::string& tail() { return bytes_; } // append here
  std::string_view pending() const { return std::string_view(bytes_).substr(sent_); }
  std::size_t size() const { return bytes_.size() - sent_; }
  bool empty() const { return size() == 0; }

  void consume(std::size_t n) {
    sent_ += n;
    if (sent_ == bytes_.size()) return clear();
    // Moving the rest down costs at most one copy of each byte.
    if (sent_ >= bytes_.size() / 2) {
      bytes_.erase(0, sent_);
      sent_ = 0;
    }
  }
  void clear() {
    sent_ = 0;
    bytes_.clear();
    if (bytes_.capacity() > kept_capacity) bytes_.shrink_to_fit();
  }

private:
  static constexpr std::size_t kept_capacity =
      256 * 1024; // so that one long line costs nothing later

  std::string bytes_;
  std::size_t sent_ = 0;
};

} // namespace acpd::bridge
