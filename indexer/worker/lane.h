#pragma once

#include "indexer/files/sweep.h"
#include "indexer/files/unique_fd.h"
#include "indexer/files/watcher.h"
#include "indexer/store/reader.h"
#include "indexer/worker/backlog.h"
#include "indexer/worker/parse_crew.h"
#include "indexer/worker/workspace_info.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace acpd::index {

/// One workspace's way into its index.db: what is to be read, what was read, when it is committed.
/// Owned by the pipeline, whose thread is the only one that writes. Throws database_error; the
/// pipeline then calls fail() or rebuild().
class lane {
public:
  using time_point = std::chrono::steady_clock::time_point;

  lane(std::shared_ptr<workspace_info> info, std::size_t slots);
  ~lane();

  workspace_info& info() { return *info_; }

  /// False: another process has the database. Throws when it cannot be made.
  bool open();
  bool is_open() const { return store_ != nullptr; }
  /// Begins index.db anew, and compares everything.
  void rebuild(const std::string& why);
  /// Nothing could be written: drops what is not committed and tries again later.
  void fail(const std::string& problem, time_point now);

  void apply(const change_batch& batch, std::shared_ptr<const ignore_rules> rules);
  /// Reads these before anything else, on this thread, and commits.
  void look_now(const std::vector<std::string>& paths);
  /// Only those of them that may be indexed, the others are forgotten: somebody asked about these
  /// paths.
  void look_allowed(std::vector<std::string> paths);

  std::optional<parse_task> next_task();
  std::size_t waiting() const { return is_open() && !retry_at_ ? backlog_.waiting() : 0; }
  void keep(parse_result result);

  /// Commits when that is due, and retries what failed.
  void step(time_point now);
  std::optional<time_point> deadline() const;
  /// One slice of the store's own work; false: none is left.
  bool maintain();
  void release_memory();
  /// The worker ends: what is ready is kept.
  void finish() { commit(); }

private:
  parse_task task_of(const std::string& path);
  void compare(const swept_folder& folder);
  void compare_everything();
  differences compare_with_rows(const listing& found, const std::string& folder) const;
  void drop(const std::string& path);
  void write(const parse_result& result);
  void wrote();
  void commit();
  void publish();
  void mark_crashes();

  const std::shared_ptr<workspace_info> info_;
  const std::size_t slots_;
  unique_fd lock_;
  std::shared_ptr<store> store_;
  std::unique_ptr<reader> known_; // of store_, for comparing
  std::shared_ptr<parse_journal> journal_;
  std::shared_ptr<const ignore_rules> rules_;
  backlog backlog_;
  std::optional<time_point> first_write_; // of what is not committed
  std::optional<time_point> retry_at_;
  bool compare_all_ = false; // as soon as it is open
  bool failed_ = false;      // the last writing; until one succeeds
  unsigned commits_ = 0;     // since the last slice of maintain()
};

} // namespace acpd::index
