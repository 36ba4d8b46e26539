#pragma once

#include "server/runner/children.h"
#include "server/runner/job_store.h"
#include "server/runner/listing.h"
#include "server/runner/outbox.h"
#include "server/runner/report.h"
#include "server/runner/session_store.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>

namespace acpd::runner {

/// What a turn works with; owned by the agent, outlives every turn.
struct turn_tools {
  database& db;
  session_store& sessions;
  job_store& jobs;
  children& processes;
  outbox& out;
  std::string identity; // of this process
};

/// One turn that works on a job: lists its items if that is still to be done, runs them, and
/// reports.
///   listing → running → showing → over, and from each of the first two by cancel() → stopping →
///   over
/// An item is claimed durably (with others) before it runs, recorded as started when it does, and
/// durably recorded as finished before anything says so. Owned by its session;
/// one thread. Throws db_error: then abort() it. The destructor leaves the database alone.
class job_turn {
public:
  using clock = outbox::clock;

  /// `job` is claimed. `to_list`: its items are not recorded yet. `text`: said first, or empty.
  job_turn(turn_tools tools, job_row job, std::unique_ptr<listing> to_list, std::string text);

  void advance(clock::time_point now);
  void on_ended(ended_child child);
  void cancel();
  void abort(); // kills its processes; the job stays unfinished

  bool over() const { return phase_ == phase::over; }
  bool cancelled() const { return cancelled_; }
  const std::string& trouble() const { return trouble_; } // why it could not go on, or empty
  /// When advance() is due at the latest without any event, as poll() has it.
  int wake_ms() const;
  std::int64_t job() const { return job_.id; }

private:
  enum class phase : std::uint8_t { listing, running, showing, stopping, over };

  void list();
  void begin();
  void pump(clock::time_point now);
  void sync(clock::time_point now);
  std::vector<item> choose();
  void start(const item& one);
  void tick(clock::time_point now);
  void show_failures(clock::time_point now, std::size_t spare);
  void stop_if_quiet();
  void finish();
  void name_session();
  void say(const std::string& text);
  progress counts() const;
  std::string call_id() const;

  turn_tools tools_;
  job_row job_;
  phase phase_;
  std::unique_ptr<listing> listing_;
  std::string text_;
  bool waiting_ = false; // the listing waits for its process
  bool cancelled_ = false;
  bool call_shown_ = false;
  std::string trouble_;

  std::size_t limit_; // items at once
  std::deque<item> ahead_;
  std::int64_t last_read_ = 0;
  std::map<std::int64_t, std::string> running_; // index, name
  bool alone_ = false;                          // the one that runs wants no company
  std::vector<finished_item> ended_;            // not yet recorded
  std::string last_output_;                     // of a job of one command

  clock::time_point last_sync_{};
  bool unsynced_ = false; // ends are recorded, but not yet safe from power loss
  clock::time_point last_tick_{};
  std::int64_t shown_done_ = 0;
  bool maybe_unshown_ = true;
};

} // namespace acpd::runner
