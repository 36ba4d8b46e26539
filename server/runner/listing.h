#pragma once

#include "server/runner/children.h"
#include "server/runner/glob.h"
#include "server/runner/job_store.h"

#include <memory>
#include <string>
#include <vector>

namespace acpd::runner {

/// Finds a job's items and records them, in slices short enough that a cancel is heard in between.
/// Nothing has run until it is done; a listing that was cut off starts from the beginning.
/// Owned by a turn; one thread.
class listing {
public:
  enum class progress : std::uint8_t {
    more, // step() again soon
    wait, // step() again when the loop woke up
    done, // the job's items are recorded
  };

  virtual ~listing() = default;
  /// Errors (invalid_params): nothing matches, no suite is found; the text says what to do.
  virtual protocol::result<progress> step() = 0;
  virtual void on_ended(ended_child) {}
  std::int64_t total() const { return total_; }
  const std::string& note() const { return note_; }     // a line for the person, or empty
  const std::string& script() const { return script_; } // what it found for the job, or empty

protected:
  std::int64_t total_ = 0;
  std::string note_;
  std::string script_;
};

/// The files that match, sorted by name (bytes), each once. In a git work tree what git ignores is
/// left out, .git always is; a pattern without wildcards names its file in any case.
std::unique_ptr<listing> list_files(database& db, job_store& store, children& processes,
                                    const job_row& job, std::vector<glob> globs);

/// Every test of the CTest tree in or below the job's directory; its script is that directory.
std::unique_ptr<listing> list_tests(job_store& store, children& processes, const job_row& job);

/// One item, the command itself.
std::unique_ptr<listing> list_command(job_store& store, const job_row& job,
                                      const std::string& name);

} // namespace acpd::runner
