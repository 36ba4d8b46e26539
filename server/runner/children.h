#pragma once

#include "server/runner/process.h"

#include <cstdint>
#include <map>
#include <poll.h>

namespace acpd::runner {

/// Whose child it is: a job, and one of its items (0: what lists the items).
struct child_key {
  std::int64_t job = 0;
  std::int64_t item = 0;
};

struct ended_child {
  child_key key;
  int status = 0; // of waitpid
  std::string output;
};

inline constexpr std::size_t output_tail_bytes = 8 * 1024;
inline constexpr std::size_t output_whole_bytes = 64 * 1024 * 1024;

/// All child processes of this runner, each leader of its own group, with the end of their output.
/// A child has ended when its leader has; what it left in its group is killed then.
/// Owned by the agent; one thread, the one that forked (PDEATHSIG follows threads). The destructor
/// kills what is left.
class children {
public:
  children() = default;
  ~children();
  children(const children&) = delete;
  children& operator=(const children&) = delete;

  /// `whole`: keep all output (up to 64 MiB) instead of its last 8 KiB.
  protocol::result<void> start(child_key key, const std::vector<std::string>& argv,
                               const std::string& cwd, const std::string& mark, bool whole = false);

  void add_poll(std::vector<pollfd>& fds) const;
  /// Reads what poll() found readable; a flood is read in turns.
  void read(const std::vector<pollfd>& fds);
  /// What a `whole` child has written since the last call.
  std::string take(child_key key);
  std::vector<ended_child> reap();
  void kill_job(std::int64_t job); // SIGKILL to the groups of its children; reap() as usual
  std::size_t count() const { return children_.size(); }

private:
  struct child {
    child_key key;
    int fd = -1;
    bool whole = false;
    std::string output;
  };
  static void read_some(child& c);
  static void keep_tail(child& c);

  std::map<pid_t, child> children_;
};

} // namespace acpd::runner
