#pragma once

#include "indexer/worker/lane.h"
#include "indexer/worker/mailbox.h"
#include "indexer/worker/output.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace acpd::index {

/// The one thread that writes: takes changes, has files parsed, commits. Small changes it parses
/// itself, at once; many go to the crew, in the background. Owned by the worker; its functions may
/// be called from any thread.
class pipeline {
public:
  /// An error's text; empty: it went well.
  using reply = std::function<void(const std::string& error)>;

  pipeline(unsigned threads, output& out);
  ~pipeline();
  /// Commits what is ready and ends the thread; what is posted afterwards is not done.
  void stop();

  void open(std::shared_ptr<workspace_info> info, reply done);
  void close(workspace_id id, reply done);
  void rebuild(workspace_id id, std::string why, reply done);
  void change(change_batch batch, std::shared_ptr<const ignore_rules> rules);
  /// Reads these files before anything else, those that may be indexed; ready when they are
  /// committed.
  std::future<void> look(workspace_id id, std::vector<std::string> paths);
  /// Somebody asks: what a pause is for waits for a later one. From any thread.
  void questioned() { asked_at_.store(std::chrono::steady_clock::now()); }

private:
  struct open_message {
    std::shared_ptr<workspace_info> info;
    reply done;
    lane::time_point give_up;
  };
  struct close_message {
    workspace_id id;
    reply done;
  };
  struct rebuild_message {
    workspace_id id;
    std::string why;
    reply done;
  };
  struct change_message {
    change_batch batch;
    std::shared_ptr<const ignore_rules> rules;
  };
  struct look_message {
    workspace_id id;
    std::vector<std::string> paths;
    std::promise<void> done;
  };
  struct stop_message {};
  using message = std::variant<open_message, close_message, rebuild_message, change_message,
                               look_message, parse_result, stop_message>;

  void work();
  void on(open_message m);
  void on(close_message m);
  void on(rebuild_message m);
  void on(change_message m);
  void on(look_message m);
  void on(parse_result m);
  void on(stop_message) { stopping_ = true; }

  void guarded(lane& of, const std::function<void()>& what);
  lane* find(workspace_id id);
  void try_opening();
  void feed();
  void feed_crew();
  void step();
  void rest();
  void tell();
  std::optional<lane::time_point> wake_at() const;

  output& out_;
  mailbox<message> inbox_;
  std::map<workspace_id, std::unique_ptr<lane>> lanes_;
  std::vector<open_message> opening_; // wait for another process to let go of the database
  std::map<workspace_id, std::pair<lane::time_point, coverage>> told_;
  std::size_t in_crew_ = 0;
  std::optional<lane::time_point> rest_at_; // nothing comes: merge, give memory back
  std::atomic<lane::time_point> asked_at_{lane::time_point()};
  bool stopping_ = false;
  parse_crew crew_;
  std::jthread thread_; // the last: it uses all of the above
};

} // namespace acpd::index
