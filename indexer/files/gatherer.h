#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace acpd::index {

using watch_clock = std::chrono::steady_clock;

/// How long changes are gathered before they are handed on. The reasons are measured in README.md.
struct gather_times {
  std::chrono::milliseconds saved{5};           // quiet after a few complete saves
  std::chrono::milliseconds quiet{15};          // quiet after many changes
  std::chrono::milliseconds most{100};          // a change waits no longer than this
  std::chrono::milliseconds writing_quiet{200}; // a file that its writer has not closed
  std::chrono::milliseconds writing_most{1000};
  std::chrono::milliseconds locked_quiet{
      500}; // git holds index.lock: a checkout comes as one batch
  std::chrono::milliseconds locked_most{5000};
  std::chrono::milliseconds lock_age{
      10'000}; // an index.lock older than this is somebody's leftover
};

/// What has gathered. Nothing stands below anything else of it.
struct gathered {
  std::vector<std::string> paths;   // files to look at, sorted
  std::vector<std::string> folders; // to be compared as a whole, sorted; "" is all
};

/// Debounces one workspace's changes. Pure: time comes in. One thread.
class gatherer {
public:
  using time_point = watch_clock::time_point;

  explicit gatherer(gather_times times) : times_(times) {}

  void file(std::string path, time_point now);    // complete
  void writing(std::string path, time_point now); // its writer may go on
  void folder(std::string path, time_point now);
  void lock(time_point now);
  void unlock();

  /// All is due now; but while git holds its lock it stays as it is.
  void hurry(time_point now);
  std::size_t size() const { return files_.size() + folders_.size() + writing_.size(); }

  /// When take() has something to give; nothing: there is nothing.
  std::optional<time_point> due() const;
  bool is_due(time_point now) const;
  gathered take(time_point now);

private:
  struct span {
    time_point first, last;
  };
  void note(time_point now);
  std::optional<time_point> ready_due() const;

  gather_times times_;
  std::unordered_set<std::string> files_;
  std::set<std::string> folders_;
  std::optional<span> ready_;                     // of files_ and folders_
  std::unordered_map<std::string, span> writing_; // few: a file leaves when it is closed
  std::optional<time_point> locked_;
};

} // namespace acpd::index
