#pragma once

#include <boost/json.hpp>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace acpd::runner::testing {

namespace json = boost::json;

/// A folder of its own for one test, removed at the end.
class scratch {
public:
  scratch();
  ~scratch();
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  const std::string& path() const { return path_; }
  void file(const std::string& name, const std::string& text = "") const;
  /// Creates f01.c … fNN.c.
  void numbered_files(int count) const;
  std::vector<std::string> lines(const std::string& name) const;

private:
  std::string path_;
};

/// Waits until `met` or gives up after 30 s; whether it was met.
bool eventually(const std::function<bool()>& met);
/// Gone, or a zombie that nobody has reaped yet.
bool is_dead(pid_t pid);

struct reply {
  json::object frame;                // the response
  std::vector<json::object> updates; // params of the session/update frames before it
  std::string stop_reason() const;
  std::string said() const; // all agent_message_chunks
  /// Updates of one kind: their update objects.
  std::vector<json::object> kind(const std::string& variant) const;
};

/// A runner in a process of its own, spoken to as a client would.
class runner_process {
public:
  /// `prepare` runs in the new process before the runner.
  explicit runner_process(const std::string& database, void (*prepare)() = nullptr);
  ~runner_process(); // kills it
  runner_process(const runner_process&) = delete;
  runner_process& operator=(const runner_process&) = delete;

  pid_t pid() const { return pid_; }
  void send_raw(const std::string& line);
  int request(const std::string& method, json::object params);
  void notify(const std::string& method, json::object params);
  /// Reads frames up to the response to `id`. Fails the test after 60 s of silence or at the end.
  reply wait(int id);
  /// Reads one frame.
  json::object next();
  reply call(const std::string& method, json::object params) {
    return wait(request(method, std::move(params)));
  }

  std::string open(const std::string& cwd); // initialize and session/new
  void load(const std::string& session, const std::string& cwd);
  int prompt(const std::string& session, const std::string& text);
  reply run(const std::string& session, const std::string& text) {
    return wait(prompt(session, text));
  }
  void cancel(const std::string& session) { notify("session/cancel", {{"sessionId", session}}); }

  void kill();  // -9, and waits for its end
  int finish(); // closes stdin; the exit code

private:
  bool read_more();

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int last_id_ = 0;
  std::string buffer_;
};

} // namespace acpd::runner::testing
