#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace acpd::wire {

/// The frame of both hops around the daemon (BRIDGE.md, ../agent/SHIM.md): 24 bytes, little endian,
/// then the payload. What `number` and `seq` mean is the frame type's.
struct frame_header {
  std::uint32_t bytes = 0; // of the payload
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint16_t slot = 0; // bridge hop: a session of this connection; 0: none
  std::uint64_t number = 0;
  std::uint64_t seq = 0;
};

inline constexpr std::size_t frame_header_bytes = 24;

/// Larger payloads than this are a protocol error: one line of the limit and its newline, and room.
inline constexpr std::size_t max_frame_bytes = (std::size_t{1} << 25) + 4096;

void encode(char (&out)[frame_header_bytes], const frame_header& h);
frame_header decode(const char* in);
/// Appends header and payload; h.bytes is set from the payload.
void append_frame(std::string& out, frame_header h, std::string_view payload);

/// Cuts a byte stream into frames without copying those that arrive whole.
/// Owned by one stream's reader; the payload is valid during the call.
class frame_splitter {
public:
  /// Calls on_frame(const frame_header&, std::string_view payload) for each whole frame. Returns
  /// false when the stream is broken (a payload above max_frame_bytes): close it.
  template <class F>
  bool feed(std::string_view bytes, F&& on_frame) {
    if (!partial_.empty()) {
      partial_.append(bytes);
      bytes = partial_;
      std::size_t used = 0;
      if (!cut(bytes, used, on_frame)) return false;
      partial_.erase(0, used);
      if (partial_.empty()) partial_.shrink_to_fit();
      return true;
    }
    std::size_t used = 0;
    if (!cut(bytes, used, on_frame)) return false;
    partial_.assign(bytes.substr(used));
    return true;
  }
  void reset() { partial_ = {}; }

private:
  template <class F>
  bool cut(std::string_view bytes, std::size_t& used, F& on_frame) {
    while (bytes.size() - used >= frame_header_bytes) {
      frame_header h = decode(bytes.data() + used);
      if (h.bytes > max_frame_bytes) return false;
      if (bytes.size() - used - frame_header_bytes < h.bytes) break;
      on_frame(h, bytes.substr(used + frame_header_bytes, h.bytes));
      used += frame_header_bytes + h.bytes;
    }
    return true;
  }
  std::string partial_;
};

} // namespace acpd::wire
