#pragma once

#include "server/agent/end_tree.h"
#include "server/agent/process.h"
#include "server/agent/shim_codec.h"
#include "server/agent/shim_dir.h"
#include "server/agent/spawn.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <poll.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace acpd::agent::testing {

/// The guard of every wait: long, since a loaded machine is slow, and never reached otherwise.
inline constexpr std::chrono::seconds guard{30};

/// Waits until `condition` holds; false when the guard ran out.
inline bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + guard;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    ::poll(nullptr, 0, 2);
  }
  return true;
}

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline bool alive(pid_t pid) {
  const auto p = read_process(pid);
  return p && !p->dead();
}

/// A state folder with one shim in it; whatever is left of both ends with it.
class rig {
public:
  rig() {
    char name[] = "/tmp/acpd-shim-test-XXXXXX";
    state_ = ::mkdtemp(name);
    spec.dir = state_ / "shims" / state_.filename(); // a random name: the marker is machine-wide
    spec.cwd = state_.string();
    for (char** at = environ; *at; ++at)
      spec.env.emplace_back(*at);
  }
  rig(const rig&) = delete;
  rig& operator=(const rig&) = delete;
  ~rig() {
    kill_shim();
    if (const auto hello = read_state(dir())) end_tree(*hello, dir().filename().string());
    std::error_code ec;
    std::filesystem::remove_all(state_, ec);
  }

  /// Starts the shim with `sh -c script` as the agent; $0 is the state folder.
  shim_hello start(const std::string& script) {
    spec.argv = {"sh", "-c", script, state_.string()};
    const auto made = spawn_shim(spec);
    if (!made) throw std::runtime_error(made.error().text);
    return made->hello;
  }
  void kill_shim() {
    const auto hello = read_state(dir());
    if (!hello || !shim_alive(dir())) return;
    ::kill(hello->shim_pid, SIGKILL);
    eventually([&] { return !shim_alive(dir()); });
  }
  /// All processes that carry the marker or descend from `shim`, dead ones left out.
  int processes() const {
    int n = 0;
    for (const auto& p : all_processes())
      if (!p.dead() && has_environment(p.pid, "ACPD_SHIM=" + dir().filename().string())) ++n;
    return n;
  }
  const std::filesystem::path& dir() const { return spec.dir; }
  const std::filesystem::path& state() const { return state_; }
  std::filesystem::path file(const char* name) const { return state_ / name; }

  spawn_spec spec;

private:
  std::filesystem::path state_;
};

/// A daemon as far as a shim sees it: attaches, collects, acknowledges when told to.
class client {
public:
  explicit client(const std::filesystem::path& dir) {
    auto fd = connect_shim(dir);
    if (!fd) throw std::runtime_error(fd.error().text);
    fd_ = std::move(*fd);
  }
  client(const std::filesystem::path& dir, std::uint64_t committed) : client(dir) {
    attach(committed);
  }

  void attach(std::uint64_t committed) {
    next = committed;
    send(shim_frame::attach, 0, committed);
  }
  void send(shim_frame type, std::uint64_t number = 0, std::uint64_t seq = 0,
            std::string_view payload = {}) {
    append(out_, type, number, seq, payload);
    pump(0);
  }
  /// One turn of the loop: sends what fits, reads at most 64 KiB.
  void pump(int wait_ms) {
    if (closed) return;
    pollfd p{fd_.get(), static_cast<short>(POLLIN | (out_.empty() ? 0 : POLLOUT)), 0};
    if (!reading) p.events &= POLLOUT;
    ::poll(&p, 1, wait_ms);
    if (!out_.empty() && (p.revents & POLLOUT)) {
      const ssize_t n = ::send(fd_.get(), out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n > 0) out_.erase(0, static_cast<std::size_t>(n));
    }
    if (reading && (p.revents & (POLLIN | POLLHUP))) read_some();
  }
  /// Pumps until the condition holds; false at the guard.
  bool until(const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + guard;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > limit) return false;
      pump(5);
    }
    return true;
  }
  bool until_exit() {
    return until([&] { return exit.exited != 0; });
  }
  bool sent_all() const { return out_.empty(); }
  void close() {
    fd_.reset();
    closed = true;
  }

  bool reading = true;
  bool acks = true; // acknowledge whole lines as they come
  bool closed = false;
  bool gap = false; // data that did not begin where the last ended
  int hellos = 0;
  std::uint64_t next = 0; // offset expected
  std::string data;
  std::string stderr_text;
  shim_hello hello;
  shim_progress progress;
  shim_exit exit;
  std::map<std::uint64_t, term_status> exited_terms, terms;
  std::map<std::uint64_t, std::string> term_text;

private:
  void read_some() {
    static char block[65536];
    const ssize_t n = ::recv(fd_.get(), block, sizeof block, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      closed = true;
      return;
    }
    splitter_.feed({block, static_cast<std::size_t>(n)},
                   [this](const wire::frame_header& h, std::string_view p) { take(h, p); });
  }
  void take(const wire::frame_header& h, std::string_view payload) {
    switch (static_cast<shim_frame>(h.type)) {
    case shim_frame::hello:
      ++hellos;
      hello = *unpack<shim_hello>(payload);
      progress = hello.sent;
      break;
    case shim_frame::data: take_data(h.seq, payload); break;
    case shim_frame::progress: progress = *unpack<shim_progress>(payload); break;
    case shim_frame::exited: exit = *unpack<shim_exit>(payload); break;
    case shim_frame::stderr_tail: stderr_text = payload; break;
    case shim_frame::term_exited: exited_terms[h.number] = *unpack<term_status>(payload); break;
    case shim_frame::term_state:
      terms[h.number] = *unpack<term_status>(payload);
      term_text[h.number] = payload.substr(sizeof(term_status));
      break;
    default: gap = true;
    }
  }
  void take_data(std::uint64_t seq, std::string_view payload) {
    gap = gap || seq != next;
    next = seq + payload.size();
    data.append(payload);
    const auto line = payload.rfind('\n');
    if (acks && line != std::string_view::npos) append(out_, shim_frame::ack, 0, seq + line + 1);
  }

  unique_fd fd_;
  std::string out_;
  wire::frame_splitter splitter_;
};

} // namespace acpd::agent::testing
