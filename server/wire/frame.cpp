#include "server/wire/frame.h"

#include <bit>

namespace acpd::wire {

static_assert(std::endian::native == std::endian::little, "frames are copied as they lie");

void encode(char (&out)[frame_header_bytes], const frame_header& h) {
  std::memcpy(out, &h.bytes, 4);
  out[4] = static_cast<char>(h.type);
  out[5] = static_cast<char>(h.flags);
  std::memcpy(out + 6, &h.slot, 2);
  std::memcpy(out + 8, &h.number, 8);
  std::memcpy(out + 16, &h.seq, 8);
}

frame_header decode(const char* in) {
  frame_header h;
  std::memcpy(&h.bytes, in, 4);
  h.type = static_cast<std::uint8_t>(in[4]);
  h.flags = static_cast<std::uint8_t>(in[5]);
  std::memcpy(&h.slot, in + 6, 2);
  std::memcpy(&h.number, in + 8, 8);
  std::memcpy(&h.seq, in + 16, 8);
  return h;
}

void append_frame(std::string& out, frame_header h, std::string_view payload) {
  h.bytes = static_cast<std::uint32_t>(payload.size());
  char head[frame_header_bytes];
  encode(head, h);
  out.append(head, sizeof head).append(payload);
}

} // namespace acpd::wire
