#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace acpd::index::test {

/// A worker in a process of its own, and the daemon's side of its lines. Killed with this object.
class worker_process {
public:
  /// `before` runs in the new process before the worker begins: limits, ACPD_FAULT.
  explicit worker_process(const std::function<void()>& before = [] {}, unsigned threads = 2);
  ~worker_process();
  worker_process(const worker_process&) = delete;
  worker_process& operator=(const worker_process&) = delete;

  pid_t pid() const { return pid_; }
  /// Sends a request and gives the whole answer line; events that come before it are kept.
  boost::json::object ask(boost::json::object request);
  /// The "ok" of the answer; throws with the error's text.
  boost::json::object ok(boost::json::object request);
  void send(const boost::json::object& request);
  void send_text(const std::string& line);
  boost::json::object next_line(); // throws at the end of the output, or after 60 s

  void add(const std::string& root, const std::string& db);
  /// Waits until nothing is pending; the coverage then.
  boost::json::object settled();
  boost::json::object search(const std::string& query, boost::json::object more = {});

  void kill();                // SIGKILL
  int end();                  // closes its input; what waitpid says
  std::size_t memory() const; // resident, bytes

  std::vector<boost::json::object> events;

private:
  pid_t pid_ = -1;
  int socket_ = -1;
  std::string waiting_;
  std::int64_t next_id_ = 1;
};

} // namespace acpd::index::test
