#include "server/store/writer.h"

#include "server/store/checkpointer.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace acpd::store {
namespace {

using clock = std::chrono::steady_clock;

// What one transaction takes at most: a long one would hold up those who wait for its first batch.
constexpr std::size_t group_rows = 512;
constexpr std::size_t group_bytes = 1 << 20;

constexpr auto retry_after = std::chrono::milliseconds(500);
constexpr std::size_t sweep_rows = 256;
constexpr auto sweep_pause = std::chrono::milliseconds(5);
constexpr auto sweep_again = std::chrono::hours(1);

std::int64_t utc_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

bool buries(const batch& b) {
  for (const auto& op : b.operations())
    if (std::holds_alternative<bury_session>(op)) return true;
  return false;
}

} // namespace

struct writer::impl {
  impl(database d, const std::filesystem::path& state_dir, callbacks c)
      : db(std::move(d)), calls(std::move(c)), checkpoints(state_dir / "sessions.db", db.options()),
        thread([this] { loop(); }) {}

  void loop();
  bool wait_for_group(); // false: nothing to commit, but time to sweep or to stop
  bool commit_group();   // false: given up, because of trouble at shutdown
  bool try_commit();
  void clean_up_soon();
  template <class F>
  auto between_checkpoints(F f);
  void say(const std::string& sentence);
  void hand_over();
  void sweep();
  void finish();

  // Of the writer thread.
  database db;
  callbacks calls;
  std::vector<std::unique_ptr<batch>> group; // in the transaction
  std::string said;                          // the trouble that was said; empty: none
  clock::time_point sweep_at = clock::now();

  checkpointer checkpoints;

  mutable std::mutex mutex; // guards what follows
  std::condition_variable wake;
  std::deque<std::unique_ptr<batch>> queue;
  std::vector<std::unique_ptr<batch>> done;
  std::size_t in_group = 0;
  bool stopping = false;

  std::thread thread; // the last: it uses all of the above
};

writer::writer(database db, std::filesystem::path state_dir, callbacks c)
    : impl_(std::make_unique<impl>(std::move(db), state_dir, std::move(c))) {}

writer::~writer() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  impl_->thread.join();
}

template <class F>
auto writer::impl::between_checkpoints(F f) {
  struct guard {
    explicit guard(checkpointer& c) : checkpoints(c) { checkpoints.begin_commit(); }
    ~guard() { checkpoints.end_commit(); }
    checkpointer& checkpoints;
  } const held(checkpoints);
  return f();
}

void writer::submit(std::unique_ptr<batch> b) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->queue.push_back(std::move(b));
  }
  impl_->wake.notify_one();
}

std::vector<std::unique_ptr<batch>> writer::take_done() {
  const std::lock_guard lock(impl_->mutex);
  return std::exchange(impl_->done, {});
}

std::size_t writer::queued() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queue.size() + impl_->in_group;
}

void writer::impl::loop() {
  for (;;) {
    if (wait_for_group()) {
      if (!commit_group()) return;
      hand_over();
      clean_up_soon();
      continue;
    }
    {
      const std::lock_guard lock(mutex);
      if (stopping) break;
    }
    sweep();
  }
  finish();
}

bool writer::impl::wait_for_group() {
  std::unique_lock lock(mutex);
  wake.wait_until(lock, sweep_at, [this] { return stopping || !queue.empty(); });
  std::size_t rows = 0;
  std::size_t bytes = 0;
  while (!queue.empty()) {
    rows += queue.front()->size();
    bytes += queue.front()->bytes();
    if (!group.empty() && (rows > group_rows || bytes > group_bytes)) break;
    group.push_back(std::move(queue.front()));
    queue.pop_front();
  }
  in_group = group.size();
  return in_group > 0;
}

bool writer::impl::commit_group() {
  while (!try_commit()) {
    std::unique_lock lock(mutex);
    if (wake.wait_for(lock, retry_after, [this] { return stopping; })) return false;
  }
  for (const auto& b : group)
    if (buries(*b)) sweep_at = clock::now();
  return true;
}

/// When who waits for the commit has been told: this wakes a thread, too.
void writer::impl::clean_up_soon() {
  if (db.take_wal_has_secrets())
    checkpoints.truncate_soon();
  else
    checkpoints.work_done();
}

bool writer::impl::try_commit() {
  try {
    between_checkpoints([this] { db.commit(group); });
  } catch (const std::runtime_error& e) {
    say(e.what());
    return false;
  }
  say("");
  return true;
}

void writer::impl::say(const std::string& sentence) {
  if (sentence == said) return;
  said = sentence;
  if (calls.on_trouble) calls.on_trouble(sentence);
}

void writer::impl::hand_over() {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex);
    was_empty = done.empty();
    for (auto& b : group)
      done.push_back(std::move(b));
    group.clear();
    in_group = 0;
  }
  if (was_empty && calls.on_done) calls.on_done();
}

/// Commits go first: a slice is only begun when none is queued.
void writer::impl::sweep() {
  bool more = false;
  try {
    more = between_checkpoints([this] { return db.sweep(sweep_rows, utc_ms()); });
  } catch (const std::runtime_error&) {
    more = false; // nobody waits for it; the tombstones stay, so it is done another time
  }
  sweep_at = clock::now() + (more ? clock::duration(sweep_pause) : clock::duration(sweep_again));
  if (db.take_wal_has_secrets()) checkpoints.truncate_soon();
}

void writer::impl::finish() {
  try {
    between_checkpoints([this] { db.mark_clean_shutdown(); });
  } catch (const std::runtime_error& e) {
    say(e.what()); // costs no data: cursors are checked more strictly after a reboot
  }
}

} // namespace acpd::store
