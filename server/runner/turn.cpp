#include "server/runner/turn.h"

#include "server/runner/wording.h"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <sched.h>
#include <sys/wait.h>
#include <utility>

namespace acpd::runner {
namespace {

using namespace std::chrono_literals;

constexpr int rows_ahead = 64;

// At most so often does a commit wait for the disk. What ended since then is not shown yet.
constexpr auto sync_interval = 20ms;
constexpr int run_again_names = 20;

// Progress is two updates, the tool call and the plan. With these, seven of the ten updates of any
// second are progress and failures, and three are left for what is urgent: the end of a turn.
constexpr auto tick_interval = 400ms;
constexpr auto tick_interval_with_failures = 1000ms;
constexpr std::size_t spare_updates = 3;
constexpr int show_ms = 50; // how often it looks whether they may go out

std::size_t cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

} // namespace

job_turn::job_turn(turn_tools tools, job_row job, std::unique_ptr<listing> to_list,
                   std::string text)
    : tools_(std::move(tools)), job_(std::move(job)),
      phase_(to_list ? phase::listing : phase::running), listing_(std::move(to_list)),
      text_(std::move(text)),
      limit_(job_.jobs > 0 ? static_cast<std::size_t>(job_.jobs) : cores()) {
  if (phase_ == phase::running) begin();
}

void job_turn::advance(clock::time_point now) {
  switch (phase_) {
  case phase::listing: list(); break;
  case phase::running:
    pump(now);
    if (phase_ != phase::running) break;
    tick(now);
    show_failures(now, spare_updates);
    break;
  case phase::showing:
    show_failures(now, 0);
    if (!maybe_unshown_) finish();
    break;
  case phase::stopping: stop_if_quiet(); break;
  case phase::over: break;
  }
}

void job_turn::list() {
  auto step = listing_->step();
  if (!step) {
    tools_.jobs.remove(job_.id);
    say(step.error().text);
    phase_ = phase::over;
    return;
  }
  waiting_ = *step == listing::progress::wait;
  if (*step != listing::progress::done) return;
  job_.total = listing_->total();
  if (!listing_->script().empty()) job_.script = listing_->script();
  job_.state = job_state::open;
  tools_.jobs.open(job_.id, job_.total);
  if (!listing_->note().empty()) text_ += (text_.empty() ? "" : "\n") + listing_->note();
  listing_.reset();
  phase_ = phase::running;
  begin();
}

void job_turn::begin() {
  shown_done_ = job_.done;
  if (job_.done > 0 || job_.attempts > 1) {
    std::int64_t count = 0;
    auto again = tools_.jobs.started(job_, run_again_names, count);
    auto next = tools_.jobs.pending(job_.id, 0, 1);
    auto first = next.empty() ? job_.total : next.front().index;
    text_ += (text_.empty() ? "" : "\n") + continuing_text(job_, first, again, count);
  }
  name_session();
  if (!text_.empty()) say(text_ + "\n\n");
  tools_.out.update(tool_call_new(
      job_.session, {call_id(), progress_title(job_), "in_progress", {}, {}}, counts()));
  tools_.out.update(plan_update(job_.session, progress_title(job_), "in_progress", counts()));
  call_shown_ = true;
}

// What has ended and what starts next is recorded in one commit; only then does anything start.
void job_turn::pump(clock::time_point now) {
  auto starting = choose();
  bool due = now - last_sync_ >= sync_interval;
  if (!ended_.empty() || !starting.empty()) {
    bool durable = due && !ended_.empty();
    tools_.jobs.record(job_, ended_, starting, durable);
    unsynced_ = !durable && (unsynced_ || !ended_.empty());
    if (durable) last_sync_ = now;
    for (const auto& one : ended_)
      maybe_unshown_ |= one.status != 0;
    ended_.clear();
    for (const auto& one : starting)
      start(one);
  } else if (due) {
    sync(now);
  }
  if (phase_ == phase::running && running_.empty() && ahead_.empty() && job_.done == job_.total) {
    sync(now);
    phase_ = phase::showing;
  }
}

void job_turn::sync(clock::time_point now) {
  if (!unsynced_) return;
  tools_.jobs.sync(job_);
  unsynced_ = false;
  last_sync_ = now;
}

std::vector<item> job_turn::choose() {
  std::vector<item> chosen;
  while (running_.size() + chosen.size() < limit_) {
    if (ahead_.empty()) {
      auto rows = tools_.jobs.pending(job_.id, last_read_, rows_ahead);
      if (rows.empty()) break;
      last_read_ = rows.back().index;
      tools_.jobs.claim_items(job_.id, rows);
      ahead_.assign(std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
    }
    bool company = !running_.empty() || !chosen.empty();
    if (company && (alone_ || ahead_.front().alone)) break;
    alone_ = ahead_.front().alone;
    chosen.push_back(std::move(ahead_.front()));
    ahead_.pop_front();
  }
  return chosen;
}

void job_turn::start(const item& one) {
  if (phase_ != phase::running) return;
  auto started = tools_.processes.start({job_.id, one.index}, item_command(job_, one.name),
                                        job_.cwd, job_.mark);
  if (started) {
    running_.emplace(one.index, one.name);
    return;
  }
  // The machine's fault, not the item's: it stays unfinished.
  trouble_ = started.error().text;
  abort();
  phase_ = phase::stopping;
}

void job_turn::on_ended(ended_child child) {
  if (child.key.item == 0) {
    if (listing_) listing_->on_ended(std::move(child));
    waiting_ = false;
    return;
  }
  auto found = running_.find(child.key.item);
  if (found == running_.end()) return;
  bool by_us =
      phase_ == phase::stopping && WIFSIGNALED(child.status) && WTERMSIG(child.status) == SIGKILL;
  if (!by_us) {
    if (job_.kind == job_kind::command) last_output_ = child.output;
    ended_.push_back(
        {child.key.item, std::move(found->second), child.status, std::move(child.output)});
  }
  running_.erase(found);
}

void job_turn::tick(clock::time_point now) {
  if (shown_done_ == job_.done) return;
  if (last_tick_ == clock::time_point{}) last_tick_ = now; // the start has just been shown
  auto interval = maybe_unshown_ ? tick_interval_with_failures : tick_interval;
  if (now - last_tick_ < interval || !tools_.out.has_room(now, 2, spare_updates)) return;
  sync(now);
  last_tick_ = now;
  shown_done_ = job_.done;
  tools_.out.update(tool_call_change(
      job_.session, {call_id(), progress_title(job_), "in_progress", {}, {}}, counts()));
  tools_.out.update(plan_update(job_.session, progress_title(job_), "in_progress", counts()));
  tools_.out.advance(now);
}

void job_turn::show_failures(clock::time_point now, std::size_t spare) {
  while (maybe_unshown_ && tools_.out.has_room(now, 1, spare)) {
    auto row = tools_.jobs.next_unshown(job_.id);
    if (!row) {
      maybe_unshown_ = false;
      return;
    }
    auto id = call_id() + "-item-" + std::to_string(row->index);
    auto text = failure_text(*row);
    auto path = job_.kind == job_kind::each ? job_.cwd + "/" + row->name : "";
    tools_.out.update(tool_call_new(job_.session, {id, row->name, "failed", text, path}, counts()));
    tools_.out.advance(now);
    tools_.jobs.mark_shown(job_.id, row->index);
  }
}

void job_turn::cancel() {
  if (phase_ == phase::over) return;
  cancelled_ = true;
  if (phase_ == phase::showing) return finish();
  if (phase_ == phase::stopping) return;
  abort();
  phase_ = phase::stopping;
}

void job_turn::abort() {
  tools_.processes.kill_job(job_.id);
  kill_marked(job_.mark);
}

void job_turn::stop_if_quiet() {
  if (!running_.empty()) return;
  kill_marked(job_.mark); // what was forked while the first signals went out
  if (!ended_.empty()) tools_.jobs.record(job_, ended_, {}, true);
  ended_.clear();
  finish();
}

void job_turn::finish() {
  phase_ = phase::over;
  bool complete = job_.state == job_state::open && job_.done == job_.total;
  if (complete) {
    job_.state = job_state::done;
    tools_.jobs.set_state(job_.id, job_state::done);
  } else {
    tools_.jobs.release(job_.id);
  }
  if (!call_shown_) return;
  auto failures = tools_.jobs.failures(job_.id, max_shown_failures);
  auto status = complete && job_.failed == 0 ? "completed" : "failed";
  auto report = report_text(job_, failures);
  if (!last_output_.empty() && job_.failed == 0) report += "\n" + last_output_;
  auto text = summary(job_, failures);
  if (!complete)
    text = (cancelled_ ? "cancelled at " : "stopped at ") + text + "; /continue goes on";
  tools_.out.update(tool_call_change(
      job_.session, {call_id(), progress_title(job_), status, report, {}}, counts()));
  tools_.out.update(plan_update(job_.session, progress_title(job_),
                                complete ? "completed" : "pending", counts()));
  say(text);
}

void job_turn::name_session() {
  auto title = session_title(job_.command);
  auto session = tools_.sessions.find(job_.session);
  if (!session || session->title == title) return;
  tools_.sessions.set_title(job_.session, title);
  tools_.out.update(title_update(job_.session, title));
}

void job_turn::say(const std::string& text) {
  tools_.out.update(message_update(job_.session, text));
}

int job_turn::wake_ms() const {
  if (phase_ == phase::listing) return waiting_ ? -1 : 0;
  if (unsynced_) return static_cast<int>(sync_interval.count());
  return shown_done_ != job_.done || maybe_unshown_ ? show_ms : -1;
}

progress job_turn::counts() const { return {job_.done, job_.total, unit_of(job_.kind)}; }

std::string job_turn::call_id() const {
  return "job-" + std::to_string(job_.id) + "." + std::to_string(job_.attempts);
}

} // namespace acpd::runner
