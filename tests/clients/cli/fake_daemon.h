#pragma once

#include "server/wire/bridge_frames.h"
#include "server/wire/frame.h"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace acpd::test {

using wire::bridge_frame;

/// A folder of its own for one test, removed at its end.
class temporary_folder {
public:
  temporary_folder();
  ~temporary_folder();
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

struct frame {
  wire::frame_header head;
  std::string payload;

  bridge_frame type() const { return static_cast<bridge_frame>(head.type); }
};

/// A daemon's socket under a test's control. Each wait has a guard and fails the test.
class fake_daemon {
public:
  explicit fake_daemon(const std::filesystem::path& socket);
  ~fake_daemon();

  /// Waits for the next connection; an older one stays open until drop().
  void accept();
  /// Whether a connection comes in that time.
  bool is_called(int within_ms);
  /// As a kill does: whatever the peer sent and was not read is lost.
  void drop();

  // The framed protocol.
  void expect_magic();
  frame next_frame();
  /// The next frame, which must be of that type.
  frame expect(bridge_frame type);
  void send(bridge_frame type, std::string_view payload = {}, std::uint64_t number = 0,
            std::uint16_t slot = 0, std::uint64_t seq = 0);
  void send_bytes(std::string_view bytes);

  // Plain ACP.
  std::string next_line();

private:
  bool fill();

  int listener_ = -1;
  int peer_ = -1;
  std::string bytes_;
};

/// An editor's end: pipes to a bridge's stdin and from its stdout.
class fake_editor {
public:
  fake_editor();
  ~fake_editor();
  int bridge_in() const { return in_[0]; }
  int bridge_out() const { return out_[1]; }

  void write(std::string_view line); // the newline is added
  void write_bytes(std::string_view bytes);
  void close_input();
  void close_bridge_ends(); // after a spawn: only the child's copies stay
  std::string next_line();
  /// Everything up to the end of the stream.
  std::string rest();
  bool has_output(int within_ms);

private:
  int in_[2]{-1, -1};
  int out_[2]{-1, -1};
  std::string bytes_;
};

inline constexpr int guard_ms = 20'000;

/// Waits until `true_now()`; false when the guard ends first.
template <class F>
bool eventually(F true_now, int within_ms = guard_ms) {
  for (int waited = 0; waited < within_ms; waited += 5) {
    if (true_now()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true_now();
}

} // namespace acpd::test
