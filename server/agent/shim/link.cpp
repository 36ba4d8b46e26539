#include "server/agent/shim/link.h"

#include <algorithm>
#include <sys/uio.h>

namespace acpd::shim {
namespace {

constexpr std::uint64_t frame_bytes = std::uint64_t{64} << 10;
constexpr int frames_a_turn = 4; // then the loop looks at the agent and the other descriptors

} // namespace

void link::attach(std::uint64_t offset) {
  attached_ = true;
  next_ = frame_end_ = offset;
}

void link::say(agent::shim_frame type, std::uint64_t number, std::string_view payload) {
  wire::frame_header h;
  h.type = static_cast<std::uint8_t>(type);
  h.number = number;
  wire::append_frame(control_, h, payload);
}

std::size_t link::send(std::string_view first, std::string_view second) {
  iovec parts[2] = {{const_cast<char*>(first.data()), first.size()},
                    {const_cast<char*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  const ssize_t n = ::sendmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN && errno != EINTR) broken_ = true;
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

bool link::send_control() {
  control_at_ += send(std::string_view(control_).substr(control_at_), {});
  if (control_at_ < control_.size()) return false;
  control_ = {}; // gives a large terminal's output back
  control_at_ = 0;
  return true;
}

void link::begin_frame(std::uint64_t bytes) {
  wire::frame_header h;
  h.bytes = static_cast<std::uint32_t>(bytes);
  h.type = static_cast<std::uint8_t>(agent::shim_frame::data);
  h.seq = next_;
  wire::encode(head_, h);
  head_at_ = 0;
  frame_end_ = next_ + bytes;
}

/// False: the rest of the frame has to wait, or the link is broken.
bool link::send_frame(spool& from, const fresh_bytes& fresh, std::span<char> buffer) {
  while (in_frame()) {
    std::string_view payload;
    if (next_ >= fresh.offset && next_ < fresh.offset + fresh.bytes.size()) {
      payload = fresh.bytes.substr(next_ - fresh.offset, frame_end_ - next_);
    } else if (next_ < frame_end_) {
      const auto want = std::min<std::uint64_t>(buffer.size(), frame_end_ - next_);
      payload = {buffer.data(), from.read(next_, buffer.first(want))};
      if (payload.empty()) broken_ = true; // somebody took the file away
    }
    if (broken_) return false;
    const std::string_view head(head_ + head_at_, sizeof head_ - head_at_);
    const auto sent = send(head, payload);
    const auto of_head = std::min(sent, head.size());
    head_at_ += of_head;
    next_ += sent - of_head;
    if (sent < head.size() + payload.size()) return false;
  }
  return true;
}

bool link::flush(spool& from, const fresh_bytes& fresh, std::span<char> buffer) {
  waits_ = true;
  for (int frames = 0; frames < frames_a_turn; ++frames) {
    if (!in_frame() && !control_.empty()) {
      if (!send_control()) return !broken_;
      continue;
    }
    if (!in_frame()) {
      if (!attached_ || next_ >= from.end()) {
        waits_ = false;
        return true;
      }
      begin_frame(std::min(frame_bytes, from.end() - next_));
    }
    if (!send_frame(from, fresh, buffer)) return !broken_;
  }
  return true;
}

} // namespace acpd::shim
