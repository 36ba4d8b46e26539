#pragma once

#include "indexer/worker/graph_thread.h"

#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace acpd::index {

/// Understands the daemon's lines: answers questions, and gives what changes something to the
/// thread that it is for. Owned by the worker; its functions belong to the input's thread.
class requests {
public:
  requests(unsigned threads, output& out);
  ~requests();

  /// One line. Whatever it is, it gets one answer (a hint, which has no id, gets none).
  void line(std::string_view text);
  /// What is due while no line comes, and when.
  std::optional<questions::time_point> rest_at() const { return questions_.rest_at(); }
  void rest() { questions_.rest(); }

private:
  using value = boost::json::value;
  using object = boost::json::object;

  void dispatch(const value& id, const object& members);
  void add(const value& id, const arguments& asked);
  void opened(const value& id, std::shared_ptr<workspace_info> info);
  void remove(const value& id, const arguments& asked);
  void status(const value& id, const arguments& asked);
  void changed(const value& id, const arguments& asked);
  void rebuild(const value& id, const arguments& asked);
  std::shared_ptr<workspace_info> workspace(const arguments& asked) const;

  output& out_;
  mutable std::mutex mutex_; // of the two below: opening ends on other threads
  std::map<std::string, std::shared_ptr<workspace_info>> workspaces_; // by key
  std::map<std::string, bool> opening_;
  pipeline pipeline_;
  watch_thread watch_;
  questions questions_;
  graph_thread graph_;
};

} // namespace acpd::index
