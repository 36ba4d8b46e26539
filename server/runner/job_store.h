#pragma once

#include "server/runner/database.h"

#include <optional>
#include <vector>

namespace acpd::runner {

enum class job_kind : std::uint8_t {
  each,    // one item a file
  command, // one item: a suite's command
  ctest,   // one item a test
};

enum class job_state : std::uint8_t {
  listing,   // its items are not all recorded: nothing has run
  open,      // can be run and continued
  done,      // every item has finished
  abandoned, // started over with --fresh
};

struct job_row {
  std::int64_t id = 0;
  std::string session;
  job_kind kind{};
  std::string command; // canonical prompt
  std::string cwd;
  std::string script; // for sh -c; of CTest: its build directory
  int jobs = 0;       // --jobs; 0: default
  job_state state{};
  std::int64_t total = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  int attempts = 0;
  std::string owner;
  std::string mark;
  bool rebooted = false; // not stored: the machine restarted since the last attempt
};

struct item {
  std::int64_t index = 0;
  std::string name;
  bool alone = false;
};

/// One item that has ended, as it goes to disk.
struct finished_item {
  std::int64_t index = 0;
  std::string name;
  int status = 0;     // of waitpid
  std::string output; // its end
};

struct failure_row {
  std::int64_t index = 0;
  std::string name;
  int status = 0;
  std::string output;
};

inline constexpr int max_shown_failures = 100;

/// Jobs and their items. What it records is on disk, power loss included, when a call returns, but
/// for record() that was told otherwise.
/// Owned by the agent; one thread; the database must outlive it. Throws db_error.
class job_store {
public:
  explicit job_store(database& db);

  /// Adds a job in state listing and gives it its id; forgets the items of the session's ended
  /// jobs.
  void add(job_row& job);
  void set_script(const job_row& job);
  void add_items(std::int64_t job, const std::vector<item>& items);
  void open(std::int64_t job, std::int64_t total);
  void remove(std::int64_t job);
  void set_state(std::int64_t job, job_state state);

  /// The newest job of the session that is not finished; of that command and directory when given.
  std::optional<job_row> unfinished(const std::string& session, const std::string& command = "",
                                    const std::string& cwd = "");
  std::vector<job_row> latest(const std::string& session, int limit);

  /// Takes an unfinished job over, counts the attempt. False: another process was faster.
  bool claim(job_row& job, const std::string& owner);
  void release(std::int64_t job); // nobody works on it now

  std::vector<item> pending(std::int64_t job, std::int64_t after, int limit);
  /// Those that may have run without their end being recorded. After the process alone died these
  /// are exactly the started ones; after a reboot the claimed ones count, too.
  std::vector<item> started(const job_row& job, int limit, std::int64_t& count);

  /// They may start from now on: on disk before the first of them does.
  void claim_items(std::int64_t job, const std::vector<item>& items);

  /// One commit: these have ended, those (claimed) are about to start. Updates done and failed of
  /// `job`. Not durable: it survives this process, and power loss only after the next durable call.
  void record(job_row& job, const std::vector<finished_item>& ended,
              const std::vector<item>& starting, bool durable);
  /// Makes everything recorded so far durable. Before anything says that an item has finished.
  void sync(const job_row& job);

  std::optional<failure_row> next_unshown(std::int64_t job);
  void mark_shown(std::int64_t job, std::int64_t index);
  std::vector<failure_row> failures(std::int64_t job, int limit); // without output

private:
  void record_one(const job_row& job, const finished_item& ended, bool keep);

  database& db_;
  statement set_item_;
  statement claim_item_;
  statement sync_;
  statement set_counts_;
  statement add_failure_;
  statement add_item_;
  statement pending_;
};

} // namespace acpd::runner
