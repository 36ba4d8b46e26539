#pragma once

#include <cstdint>

namespace acpd::agent {

/// Frames between the daemon and a shim: SHIM.md.
enum class shim_frame : std::uint8_t {
  // daemon → shim
  attach = 1, // seq: everything below this offset is committed; answered by hello
  ack = 2,    // seq: the same, later
  send = 3,   // number: n; payload: one line with its newline for the agent's stdin
  stop = 4,   // number: ms to wait after closing stdin, before SIGTERM
  kill = 5,   // SIGKILL for the whole tree, now
  linger = 6, // number: seconds without a daemon and without agent output before it ends itself
  term_create = 16,  // number: terminal, seq: output limit in bytes; payload: see SHIM.md
  term_output = 17,  // number: terminal; answered by term_state
  term_kill = 18,    // number: terminal
  term_release = 19, // number: terminal: kill it and forget it
  // shim → daemon
  hello = 64,       // payload: shim_hello
  data = 65,        // seq: offset of the first byte; payload: bytes of the agent's stdout
  progress = 66,    // payload: shim_progress
  exited = 67,      // payload: shim_exit; after the last data
  term_state = 80,  // number: terminal; payload: term_state, then the output
  term_exited = 81, // number: terminal; payload: term_state without output
  stderr_tail = 82, // payload: last bytes of the agent's stderr, sent before exited
};

/// How far each numbered message for the agent is.
struct shim_progress {
  std::uint64_t received = 0; // in the shim
  std::uint64_t started = 0;  // its first byte may have been written
  std::uint64_t written = 0;  // its last byte has been written
};

struct shim_exit {
  std::int32_t exited = 0; // 1: the agent has ended
  std::int32_t code = 0;   // exit code, when signal is 0
  std::int32_t signal = 0;
  std::int32_t spawn_errno = 0; // the program could not be started
};

struct shim_hello {
  std::int32_t shim_pid = 0;
  std::int32_t agent_pid = 0;
  std::int32_t agent_group = 0;
  std::int32_t reserved = 0;
  std::uint64_t agent_start = 0; // start time, clock ticks since boot (/proc/PID/stat field 22)
  std::uint64_t spool_begin = 0; // offset of the first byte still kept
  std::uint64_t spool_end = 0;   // offset after the last byte read
  shim_progress sent;
  shim_exit exit;
};

struct term_status {
  std::int32_t known = 0; // 0: no such terminal
  std::int32_t exited = 0;
  std::int32_t code = 0; // when signal is 0
  std::int32_t signal = 0;
  std::int32_t truncated = 0; // the oldest output was dropped
  std::int32_t spawn_errno = 0;
};

} // namespace acpd::agent
