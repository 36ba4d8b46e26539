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

/// Gives whole lines of what arrives, a block at a time. Lines are valid during the call.
class line_reader {
public:
  explicit line_reader(int fd) : fd_(fd), buffer_(std::size_t{1} << 20) {}
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
    std::string_view all(buffer_.data(), used_);
    std::size_t at = 0;
    for (std::size_t end; (end = all.find('\n', at)) != all.npos; at = end + 1)
      on_line(all.substr(at, end - at));
    std::memmove(buffer_.data(), buffer_.data() + at, used_ - at);
    used_ -= at;
    return true;
  }

private:
  int fd_;
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
