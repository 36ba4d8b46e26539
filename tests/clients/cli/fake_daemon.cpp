#include "tests/clients/cli/fake_daemon.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace acpd::test {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

bool readable(int fd, int within_ms) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, within_ms) == 1;
}

/// Appends what can be read; false at the end of the stream.
bool read_some(int fd, std::string& out) {
  if (!readable(fd, guard_ms)) fail("nothing came to read");
  char bytes[65536];
  const ssize_t n = ::read(fd, bytes, sizeof bytes);
  if (n <= 0) return false;
  out.append(bytes, static_cast<std::size_t>(n));
  return true;
}

std::string take_line(std::string& bytes, std::size_t newline) {
  std::string line = bytes.substr(0, newline);
  bytes.erase(0, newline + 1);
  return line;
}

void close_fd(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) return; // the peer has gone: what the test waits for says so
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

} // namespace

temporary_folder::temporary_folder() {
  std::string pattern = "/tmp/acpd-test-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) fail("mkdtemp");
  path_ = pattern;
}

temporary_folder::~temporary_folder() {
  std::error_code ec;
  std::filesystem::remove_all(path_, ec);
}

fake_daemon::fake_daemon(const std::filesystem::path& socket) {
  std::filesystem::remove(socket);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket.c_str(), socket.native().size());
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 8) != 0)
    fail("cannot listen on " + socket.string());
}

fake_daemon::~fake_daemon() {
  drop();
  close_fd(listener_);
}

bool fake_daemon::is_called(int within_ms) { return readable(listener_, within_ms); }

void fake_daemon::accept() {
  if (!is_called(guard_ms)) fail("nobody connected");
  drop();
  peer_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
}

void fake_daemon::drop() {
  close_fd(peer_);
  bytes_.clear();
}

bool fake_daemon::fill() { return read_some(peer_, bytes_); }

void fake_daemon::expect_magic() {
  while (bytes_.size() < wire::bridge_magic.size())
    if (!fill()) fail("the bridge has gone");
  if (!bytes_.starts_with(wire::bridge_magic)) fail("no magic: " + bytes_);
  bytes_.erase(0, wire::bridge_magic.size());
}

frame fake_daemon::next_frame() {
  for (;;) {
    if (bytes_.size() >= wire::frame_header_bytes) {
      const wire::frame_header h = wire::decode(bytes_.data());
      if (bytes_.size() >= wire::frame_header_bytes + h.bytes) {
        frame f{h, bytes_.substr(wire::frame_header_bytes, h.bytes)};
        bytes_.erase(0, wire::frame_header_bytes + h.bytes);
        return f;
      }
    }
    if (!fill()) fail("the bridge has closed the link");
  }
}

frame fake_daemon::expect(bridge_frame type) {
  frame f = next_frame();
  if (f.type() != type) fail("frame " + std::to_string(f.head.type) + ": " + f.payload);
  return f;
}

void fake_daemon::send(bridge_frame type, std::string_view payload, std::uint64_t number,
                       std::uint16_t slot, std::uint64_t seq) {
  wire::frame_header h;
  h.type = static_cast<std::uint8_t>(type);
  h.slot = slot;
  h.number = number;
  h.seq = seq;
  std::string out;
  wire::append_frame(out, h, payload);
  send_bytes(out);
}

void fake_daemon::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string fake_daemon::next_line() {
  for (;;) {
    if (const std::size_t newline = bytes_.find('\n'); newline != std::string::npos)
      return take_line(bytes_, newline);
    if (!fill()) fail("the client has gone");
  }
}

fake_editor::fake_editor() {
  if (::pipe2(in_, O_CLOEXEC) != 0 || ::pipe2(out_, O_CLOEXEC) != 0) fail("pipe2");
}

fake_editor::~fake_editor() {
  for (int* fd : {&in_[0], &in_[1], &out_[0], &out_[1]})
    close_fd(*fd);
}

void fake_editor::write(std::string_view line) { write_bytes(std::string(line) + "\n"); }
void fake_editor::write_bytes(std::string_view bytes) { write_all(in_[1], bytes); }
void fake_editor::close_input() { close_fd(in_[1]); }

void fake_editor::close_bridge_ends() {
  close_fd(in_[0]);
  close_fd(out_[1]);
}

std::string fake_editor::next_line() {
  for (;;) {
    if (const std::size_t newline = bytes_.find('\n'); newline != std::string::npos)
      return take_line(bytes_, newline);
    if (!read_some(out_[0], bytes_)) fail("the bridge has closed its stdout");
  }
}

std::string fake_editor::rest() {
  while (read_some(out_[0], bytes_)) {
  }
  return std::exchange(bytes_, {});
}

bool fake_editor::has_output(int within_ms) {
  return !bytes_.empty() || readable(out_[0], within_ms);
}

} // namespace acpd::test
