#pragma once

#include "server/net/index_process.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace acpd::net {

/// Keeps one index process alive while it is wanted: started again when it ends, after a pause that
/// doubles. What was asked of one that ended is answered with `worker_ended`: whoever asked may ask
/// again. Owned by index_service; session thread; io and pool must outlive it.
class index_worker {
public:
  /// Raw objects, one of them empty: `ok`, or {"code","text"} (WORKER.md).
  using answer = std::move_only_function<void(std::string_view ok, std::string_view error)>;
  struct events {
    std::function<void()> began;                     // a new process, which knows no folder
    std::function<void(std::string_view line)> told; // what it says without being asked
  };

  index_worker(asio::io_context& io, readers& pool, std::filesystem::path program, events to);

  /// Starts it, unless it runs or waits to be started again.
  void want();
  /// Nobody needs it: killed, and not started again.
  void end();
  /// `members`: those of the request but its id, raw, without braces. Only while it runs.
  void ask(std::string_view members, answer done);
  /// The same for what needs no answer; left out when the worker is far behind.
  void hint(std::string_view members);

  bool runs() const { return process_ != nullptr; }
  pid_t pid() const { return process_ ? process_->pid() : 0; }
  std::uint64_t restarts() const { return restarts_; }
  /// Why there is none; empty: all is well.
  const std::string& problem() const { return problem_; }

  static constexpr std::string_view ended_code = "worker_ended";

private:
  using clock = std::chrono::steady_clock;

  void start();
  void on_line(std::string_view line);
  void on_end(const std::string& how);
  void again();
  void fail_asked(std::string_view why);

  asio::io_context& io_;
  readers& pool_;
  const std::filesystem::path program_;
  events to_;
  std::shared_ptr<index_process> process_;
  asio::steady_timer pause_;
  std::map<std::uint64_t, answer> asked_; // by id
  std::uint64_t next_id_ = 1;
  clock::time_point started_{};
  unsigned failures_ = 0; // in a row
  std::uint64_t restarts_ = 0;
  bool wanted_ = false;
  std::string problem_;
};

} // namespace acpd::net
