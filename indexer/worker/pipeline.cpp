#include "indexer/worker/pipeline.h"

#include "indexer/grammars/tables.h"
#include "indexer/worker/memory.h"

#include <sqlite3.h>

namespace acpd::index {
namespace {

using namespace std::chrono_literals;

constexpr auto patience_for_lock = 3s; // a worker whose daemon has just gone needs a moment to end
constexpr auto lock_interval = 50ms;
constexpr auto rest_after = 500ms;
constexpr auto tell_interval = 250ms;
constexpr std::size_t few = 4;         // files that are parsed here: waking a thread costs more
constexpr std::size_t files_ahead = 3; // in the crew, a thread: bounds memory

bool is_damage(int code) { return code == SQLITE_CORRUPT || code == SQLITE_NOTADB; }

std::string sentence(const database_error& error, const std::filesystem::path& db) {
  if (error.code() == SQLITE_FULL)
    return "no space left for " + db.string() + ": free some; indexing goes on by itself";
  return error.what();
}

} // namespace

pipeline::pipeline(unsigned threads, output& out)
    : out_(out), crew_(threads, [this](parse_result made) { inbox_.push(std::move(made)); }),
      thread_([this] { work(); }) {}

pipeline::~pipeline() { stop(); }

void pipeline::stop() {
  inbox_.push(stop_message{});
  if (thread_.joinable()) thread_.join();
}

void pipeline::open(std::shared_ptr<workspace_info> info, reply done) {
  inbox_.push(open_message{std::move(info), std::move(done),
                           std::chrono::steady_clock::now() + patience_for_lock});
}
void pipeline::close(workspace_id id, reply done) {
  inbox_.push(close_message{id, std::move(done)});
}
void pipeline::rebuild(workspace_id id, std::string why, reply done) {
  inbox_.push(rebuild_message{id, std::move(why), std::move(done)});
}
void pipeline::change(change_batch batch, std::shared_ptr<const ignore_rules> rules) {
  inbox_.push(change_message{std::move(batch), std::move(rules)});
}
std::future<void> pipeline::look(workspace_id id, std::vector<std::string> paths) {
  look_message made{id, std::move(paths), {}};
  auto ready = made.done.get_future();
  inbox_.push(std::move(made));
  return ready;
}

lane* pipeline::find(workspace_id id) {
  const auto found = lanes_.find(id);
  return found == lanes_.end() ? nullptr : found->second.get();
}

void pipeline::work() {
  watch_crashes_of_thread();
  while (!stopping_) {
    for (auto& next : inbox_.wait(wake_at())) {
      rest_at_ = std::chrono::steady_clock::now() + rest_after;
      std::visit([this](auto& m) { on(std::move(m)); }, next);
    }
    try_opening();
    feed();
    step();
    rest();
    tell();
  }
  for (const auto& [id, of] : lanes_)
    guarded(*of, [&] { of->finish(); });
}

/// Runs what writes one workspace's database. What fails there leaves the others as they are.
void pipeline::guarded(lane& of, const std::function<void()>& what) {
  const auto now = std::chrono::steady_clock::now();
  try {
    what();
  } catch (const database_error& error) {
    const auto text = sentence(error, of.info().db);
    of.fail(text, now);
    if (!is_damage(error.code())) return;
    try {
      of.rebuild(text);
    } catch (const std::exception& again) {
      of.fail(again.what(), now);
    }
  } catch (const std::exception& error) { // the disk, beside the database
    of.fail(error.what(), now);
  }
}

void pipeline::on(open_message m) {
  // At once: its first batch may follow this message.
  lanes_[m.info->id] = std::make_unique<lane>(m.info, crew_.threads() + 1);
  opening_.push_back(std::move(m));
  try_opening(); // before that batch, which would be walked for once more
}

void pipeline::try_opening() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(opening_, [&](open_message& m) {
    std::string error;
    try {
      if (!find(m.info->id)->open()) {
        if (now < m.give_up) return false;
        error = m.info->db.string() + " is in use by another acpd; stop that one first";
      }
    } catch (const std::exception& failed) {
      error = failed.what();
    }
    m.done(error);
    if (!error.empty()) lanes_.erase(m.info->id);
    return true;
  });
}

void pipeline::on(close_message m) {
  std::erase_if(opening_, [&](const open_message& o) { return o.info->id == m.id; });
  lanes_.erase(m.id);
  told_.erase(m.id);
  m.done("");
}

void pipeline::on(rebuild_message m) {
  auto* of = find(m.id);
  if (!of || !of->is_open()) return m.done("the index is not open yet");
  guarded(*of, [&] { of->rebuild(m.why); });
  m.done("");
}

void pipeline::on(change_message m) {
  auto* of = find(m.batch.workspace);
  if (!of) return; // closed meanwhile
  guarded(*of, [&] { of->apply(m.batch, std::move(m.rules)); });
  // Counted as backlog before it is no batch any more.
  guarded(*of, [&] { of->step(std::chrono::steady_clock::now()); });
  of->info().batch_taken();
}

void pipeline::on(look_message m) {
  if (auto* of = find(m.id)) guarded(*of, [&] { of->look_allowed(std::move(m.paths)); });
  m.done.set_value();
}

void pipeline::on(parse_result m) {
  --in_crew_;
  auto* of = find(m.workspace);
  if (of) guarded(*of, [&] { of->keep(std::move(m)); });
}

void pipeline::feed() {
  std::size_t waiting = 0;
  for (const auto& [id, of] : lanes_)
    waiting += of->waiting();
  if (in_crew_ > 0 || waiting > few) return feed_crew();
  for (const auto& [id, of] : lanes_)
    guarded(*of, [&] {
      while (auto task = of->next_task())
        of->keep(parse_now(*task, 0));
    });
}

void pipeline::feed_crew() {
  const auto most = crew_.threads() * files_ahead;
  for (bool gave = true; gave && in_crew_ < most;) {
    gave = false;
    for (const auto& [id, of] : lanes_)
      guarded(*of, [&] {
        auto task = of->next_task();
        if (!task) return;
        crew_.give(std::move(*task));
        ++in_crew_;
        gave = true;
      });
  }
}

void pipeline::step() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [id, of] : lanes_)
    guarded(*of, [&] { of->step(now); });
}

/// In a pause: a slice of the stores' own work at a time; at last memory goes back to the system.
void pipeline::rest() {
  const auto now = std::chrono::steady_clock::now();
  if (!rest_at_ || now < *rest_at_ || in_crew_ > 0) return;
  if (const auto pause = asked_at_.load() + rest_after; now < pause) {
    rest_at_ = pause; // an answer must not wait for a processor that merges
    return;
  }
  bool more = false;
  for (const auto& [id, of] : lanes_)
    guarded(*of, [&] { more |= of->maintain(); });
  if (more) return;
  rest_at_.reset();
  for (const auto& [id, of] : lanes_)
    guarded(*of, [&] { of->release_memory(); });
  let_go_of_tables();
  give_memory_back();
}

/// Progress, to whoever shows it: what matters at once, numbers four times a second.
void pipeline::tell() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [id, of] : lanes_) {
    auto& [at, last] = told_[id];
    const auto current = of->info().now();
    const bool matters = current.complete != last.complete || current.partial != last.partial ||
                         current.problem != last.problem || current.rebuilt != last.rebuilt ||
                         current.failed != last.failed || current.unreadable != last.unreadable ||
                         (current.pending == 0) != (last.pending == 0);
    const bool moves = current.pending != last.pending || current.indexed != last.indexed;
    if (!(matters && (current.pending > few || last.pending > few || !moves)) &&
        !(moves && now - at >= tell_interval))
      continue;
    at = now;
    last = current;
    out_.line(
        {{"event", "status"}, {"workspace", of->info().key}, {"coverage", current.to_json()}});
  }
}

std::optional<lane::time_point> pipeline::wake_at() const {
  std::optional<lane::time_point> soonest = rest_at_;
  const auto consider = [&](const std::optional<lane::time_point>& at) {
    if (at && (!soonest || *at < *soonest)) soonest = at;
  };
  if (in_crew_ > 0) soonest.reset(); // a result will come
  for (const auto& [id, of] : lanes_) {
    consider(of->deadline());
    // A retry or a rebuild has just found work.
    if (in_crew_ == 0 && of->waiting() > 0) consider(std::chrono::steady_clock::now());
  }
  if (!opening_.empty()) consider(std::chrono::steady_clock::now() + lock_interval);
  return soonest;
}

} // namespace acpd::index
