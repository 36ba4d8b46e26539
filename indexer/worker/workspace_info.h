#pragma once

#include "indexer/files/watcher.h"
#include "indexer/store/store.h"

#include <boost/json/object.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace acpd::index {

/// How much of a workspace the index covers, for every answer.
struct coverage {
  std::uint64_t indexed = 0; // files
  std::uint64_t pending = 0; // files, and batches of changes, that wait
  std::uint64_t failed = 0;  // a parser crashed on them
  std::uint64_t unreadable = 0;
  bool complete = false; // everything was compared once since the worker began
  bool partial = false;  // changes are found by comparing now and then, not at once
  std::string reason;    // of partial
  std::string problem;   // why nothing is written at present; empty: all is well
  std::string rebuilt;   // why the index was begun anew; empty: it was not

  boost::json::object to_json() const;
};

/// What the worker's threads share about one workspace. Any thread; every member locks.
class workspace_info {
public:
  using time_point = std::chrono::steady_clock::time_point;

  workspace_info(std::string key, std::string root, std::filesystem::path db)
      : key(std::move(key)), root(std::move(root)), db(std::move(db)) {}

  const std::string key;  // the daemon's name for it
  const std::string root; // as given
  const std::filesystem::path db;
  workspace_id id = 0;   // the watcher's; set before anybody else knows the workspace
  std::string real_root; // without links; set with id

  /// The index in force; null before it is open. A rebuild replaces it: keep the pointer for one
  /// query.
  std::shared_ptr<store> index() const;
  void set_index(std::shared_ptr<store> made);

  // What waits, from change to commit. The watch thread counts in files that it gathers and batches
  // that it hands on; the pipeline counts them out.
  void set_gathered(std::size_t changes);
  /// Nothing has gathered, and changes are told as they happen.
  bool has_heard_all() const;
  void batch_posted();
  void batch_taken();
  void set_backlog(std::size_t files, bool uncommitted);

  /// The rules in force, for whoever asks why a file is left out.
  std::shared_ptr<const ignore_rules> rules() const;
  void set_rules(std::shared_ptr<const ignore_rules> rules);

  void set_complete();
  void set_watch(const watch_state& state);
  void set_problem(const std::string& problem);
  void set_rebuilt(const std::string& why);

  /// Waits until nothing waits, or so much that waiting is no use; true: nothing does.
  bool settle(time_point until) const;
  coverage now() const;

private:
  static constexpr std::size_t many = 64; // files that are not read within a query's patience

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::shared_ptr<store> index_;
  std::shared_ptr<const ignore_rules> rules_;
  std::size_t gathered_ = 0, posted_ = 0, backlog_ = 0;
  bool uncommitted_ = false, complete_ = false;
  watch_state watch_;
  std::string problem_, rebuilt_;
};

} // namespace acpd::index
