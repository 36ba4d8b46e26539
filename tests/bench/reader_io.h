#pragma once

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

/// Blocking I/O of the benchmark's client: one thread, nothing else.
namespace bench {

[[noreturn]] inline void fail(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  std::exit(1);
}

inline std::int64_t now_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

/// What is read from and written to; the child, if there is one.
struct ends {
  int in = -1, out = -1;
  pid_t child = -1;
  bool is_web_socket = false;
};

inline ends start_child(char* const* argv) {
  int to[2], from[2];
  if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) fail("bench-reader: pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, to[0], 0);
  ::posix_spawn_file_actions_adddup2(&actions, from[1], 1);
  ends e{from[0], to[1], -1};
  const int error = ::posix_spawnp(&e.child, argv[0], &actions, nullptr, argv, environ);
  if (error != 0) fail(std::string("bench-reader: ") + argv[0] + ": " + std::strerror(error));
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(to[0]);
  ::close(from[1]);
  return e;
}

inline ends connect_to(const std::string& path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  if (path.size() >= sizeof a.sun_path) fail("bench-reader: socket path too long");
  std::memcpy(a.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) != 0)
    fail("bench-reader: " + path + ": " + std::strerror(errno));
  return {fd, fd, -1};
}

inline bool takes_connections(const std::string& path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  std::memcpy(a.sun_path, path.c_str(), std::min(path.size() + 1, sizeof a.sun_path));
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool good = ::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0;
  ::close(fd);
  return good;
}

inline void pause_us(long us) {
  const timespec t{0, us * 1000};
  ::nanosleep(&t, nullptr);
}

inline void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(std::string("bench-reader: write: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// One message to the other side: a line, or a WebSocket's frame, masked with zeros.
inline void write_message(const ends& to, std::string_view text) {
  if (!to.is_web_socket) return write_all(to.out, std::string(text) + "\n");
  std::string frame("\x81", 1);
  const int wide = text.size() < 126 ? 0 : text.size() < 65536 ? 2 : 8;
  frame += static_cast<char>(0x80 | (wide == 0 ? text.size() : wide == 2 ? 126 : 127));
  for (int i = wide - 1; i >= 0; --i)
    frame += static_cast<char>(text.size() >> (8 * i) & 0xff);
  frame.append(4, '\0');
  write_all(to.out, frame.append(text));
}

/// A WebSocket to a daemon that listens on this port of loopback; the token is in ACPD_TOKEN.
inline ends connect_web_socket(const std::string& port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port.c_str())));
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) != 0)
    fail("bench-reader: port " + port + ": " + std::strerror(errno));
  const int at_once = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  const char* token = std::getenv("ACPD_TOKEN");
  write_all(fd, "GET /acp HTTP/1.1\r\nHost: 127.0.0.1:" + port +
                    "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                    "Authorization: Bearer " +
                    (token == nullptr ? "" : token) + "\r\n\r\n");
  std::string head;
  for (char c = 0; !head.ends_with("\r\n\r\n") && ::read(fd, &c, 1) == 1;)
    head += c;
  if (!head.starts_with("HTTP/1.1 101 ")) fail("bench-reader: no WebSocket: " + head);
  return {fd, fd, -1, true};
}

/// Gives whole lines of what arrives, a block at a time: of a WebSocket its messages. They are
/// valid during the call.
class line_reader {
public:
  explicit line_reader(const ends& from)
      : fd_(from.in), framed_(from.is_web_socket), buffer_(std::size_t{1} << 20) {}
  /// Reads once; false at the end of the stream.
  template <class F>
  bool block(F&& on_line) {
    if (used_ == buffer_.size() - 1) buffer_.resize(buffer_.size() * 2);
    ssize_t n;
    do
      n = ::read(fd_, buffer_.data() + used_, buffer_.size() - 1 - used_);
    while (n < 0 && errno == EINTR);
    if (n <= 0) return false;
    used_ += static_cast<std::size_t>(n);
    buffer_[used_] = '\0'; // strtoull stops here
    const std::string_view all(buffer_.data(), used_);
    const std::size_t at = framed_ ? messages(all, on_line) : lines(all, on_line);
    std::memmove(buffer_.data(), buffer_.data() + at, used_ - at);
    used_ -= at;
    return true;
  }

private:
  /// Both give how much of the bytes they have taken.
  template <class F>
  static std::size_t lines(std::string_view all, F& on_line) {
    std::size_t at = 0;
    for (std::size_t end; (end = all.find('\n', at)) != all.npos; at = end + 1)
      on_line(all.substr(at, end - at));
    return at;
  }
  /// RFC 6455, section 5.2. A server masks nothing, and acpd's sends a message in one frame.
  template <class F>
  static std::size_t messages(std::string_view all, F& on_message) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(all[i]); };
    std::size_t at = 0;
    for (;;) {
      if (all.size() - at < 2) return at;
      std::size_t head = 2, bytes = byte(at + 1);
      const std::size_t wide = bytes == 126 ? 2 : bytes == 127 ? 8 : 0;
      if (all.size() - at < head + wide) return at;
      if (wide != 0) bytes = 0;
      for (std::size_t i = 0; i < wide; ++i)
        bytes = bytes << 8 | byte(at + head++);
      if (all.size() - at < head + bytes) return at;
      if ((byte(at) & 0x0f) == 1) on_message(all.substr(at + head, bytes)); // a text
      at += head + bytes;
    }
  }

  int fd_;
  bool framed_;
  std::size_t used_ = 0;
  std::vector<char> buffer_;
};

inline void wait_for_file(const std::string& path) {
  while (::access(path.c_str(), F_OK) != 0)
    pause_us(20'000);
}

inline void end_child(ends e) {
  ::kill(e.child, SIGTERM);
  ::waitpid(e.child, nullptr, 0);
}

inline void close_ends(ends e) {
  ::close(e.out);
  if (e.in != e.out) ::close(e.in);
  if (e.child > 0) ::waitpid(e.child, nullptr, 0);
}

} // namespace bench
