#pragma once

namespace acpd::index {

struct worker_options {
  int in = 0, out = 1;  // JSON lines: WORKER.md
  unsigned threads = 0; // parsers; 0: as many as there are cores, four at most
};

/// Runs the worker until `in` ends; gives the process's exit code. One a process: it installs
/// signal handlers.
int run_worker(const worker_options& options);

} // namespace acpd::index
