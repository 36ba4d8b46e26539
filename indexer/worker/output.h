#pragma once

#include <boost/json/object.hpp>
#include <mutex>
#include <string>

namespace acpd::index {

/// The worker's lines to the daemon. Any thread: a line is written whole. When nobody reads any
/// more lines are dropped; the end of the input then ends the worker.
class output {
public:
  explicit output(int fd) : fd_(fd) {}
  void line(const boost::json::object& message);
  void ok(const boost::json::value& id, boost::json::object result);
  void error(const boost::json::value& id, std::string_view code, std::string_view text);

private:
  const int fd_;
  std::mutex mutex_;
};

} // namespace acpd::index
