#include "server/runner/job_store.h"

#include <optional>
#include <sqlite3.h>

namespace acpd::runner {
namespace {

constexpr std::int64_t item_claimed = 1;
constexpr std::int64_t item_started = 2;
constexpr std::int64_t item_passed = 3;
constexpr std::int64_t item_failed = 4;

// Commits inside survive the end of the process, but wait for no disk.
class without_sync {
public:
  explicit without_sync(database& db) : db_(db) { db_.exec("PRAGMA synchronous=NORMAL"); }
  ~without_sync() {
    // Cannot fail outside a transaction, and every commit after it must wait again.
    sqlite3_exec(db_.handle(), "PRAGMA synchronous=FULL", nullptr, nullptr, nullptr);
  }
  without_sync(const without_sync&) = delete;
  without_sync& operator=(const without_sync&) = delete;

private:
  database& db_;
};

#define JOB_COLUMNS                                                                                \
  "id, session, kind, command, cwd, script, jobs, state, total, done, failed, attempts, owner, "   \
  "mark"

job_row row_of(const statement& s) {
  return {.id = s.integer(0),
          .session = s.text(1),
          .kind = static_cast<job_kind>(s.integer(2)),
          .command = s.text(3),
          .cwd = s.text(4),
          .script = s.text(5),
          .jobs = static_cast<int>(s.integer(6)),
          .state = static_cast<job_state>(s.integer(7)),
          .total = s.integer(8),
          .done = s.integer(9),
          .failed = s.integer(10),
          .attempts = static_cast<int>(s.integer(11)),
          .owner = s.text(12),
          .mark = s.text(13)};
}

} // namespace

job_store::job_store(database& db)
    : db_(db),
      set_item_(db.prepare(
          "UPDATE items SET state = :state, status = :status WHERE job = :job AND idx = :idx")),
      claim_item_(
          db.prepare("UPDATE items SET state = 1 WHERE job = :job AND idx = :idx AND state = 0")),
      sync_(db.prepare("UPDATE jobs SET syncs = syncs + 1 WHERE id = :job")),
      set_counts_(db.prepare("UPDATE jobs SET done = :done, failed = :failed WHERE id = :job")),
      add_failure_(db.prepare("INSERT INTO failures (job, idx, name, status, output, shown) "
                              "VALUES (:job, :idx, :name, :status, :output, 0)")),
      add_item_(db.prepare("INSERT INTO items (job, idx, name, alone, state) "
                           "VALUES (:job, :idx, :name, :alone, 0)")),
      pending_(db.prepare("SELECT idx, name, alone FROM items WHERE job = :job AND idx > :after "
                          "AND state < 3 ORDER BY idx LIMIT :limit")) {}

void job_store::add(job_row& job) {
  transaction all(db_);
  for (auto* sql : {"DELETE FROM items WHERE job IN "
                    "(SELECT id FROM jobs WHERE session = :session AND state IN (2, 3))",
                    "DELETE FROM failures WHERE job IN "
                    "(SELECT id FROM jobs WHERE session = :session AND state IN (2, 3))"})
    db_.prepare(sql).bind(":session", job.session).run();
  db_.prepare("INSERT INTO jobs (session, kind, command, cwd, script, jobs, state, owner, mark) "
              "VALUES (:session, :kind, :command, :cwd, :script, :jobs, 0, :owner, :mark)")
      .bind(":session", job.session)
      .bind(":kind", static_cast<std::int64_t>(job.kind))
      .bind(":command", job.command)
      .bind(":cwd", job.cwd)
      .bind(":script", job.script)
      .bind(":jobs", job.jobs)
      .bind(":owner", job.owner)
      .bind(":mark", job.mark)
      .run();
  job.id = db_.last_id();
  job.state = job_state::listing;
  all.commit();
}

void job_store::set_script(const job_row& job) {
  db_.prepare("UPDATE jobs SET script = :script WHERE id = :job")
      .bind(":script", job.script)
      .bind(":job", job.id)
      .run();
}

void job_store::add_items(std::int64_t job, const std::vector<item>& items) {
  transaction all(db_);
  for (const auto& one : items)
    add_item_.bind(":job", job)
        .bind(":idx", one.index)
        .bind_blob(":name", one.name)
        .bind(":alone", one.alone)
        .run();
  all.commit();
}

void job_store::open(std::int64_t job, std::int64_t total) {
  db_.prepare("UPDATE jobs SET state = 1, total = :total WHERE id = :job")
      .bind(":total", total)
      .bind(":job", job)
      .run();
}

void job_store::remove(std::int64_t job) {
  transaction all(db_);
  for (auto* sql : {"DELETE FROM items WHERE job = :job", "DELETE FROM failures WHERE job = :job",
                    "DELETE FROM jobs WHERE id = :job"})
    db_.prepare(sql).bind(":job", job).run();
  all.commit();
}

void job_store::set_state(std::int64_t job, job_state state) {
  db_.prepare("UPDATE jobs SET state = :state, owner = '' WHERE id = :job")
      .bind(":state", static_cast<std::int64_t>(state))
      .bind(":job", job)
      .run();
}

std::optional<job_row> job_store::unfinished(const std::string& session, const std::string& command,
                                             const std::string& cwd) {
  auto s = db_.prepare("SELECT " JOB_COLUMNS " FROM jobs WHERE session = :session AND state < 2 "
                       "AND (:command = '' OR (command = :command AND cwd = :cwd)) "
                       "ORDER BY id DESC LIMIT 1");
  if (!s.bind(":session", session).bind(":command", command).bind(":cwd", cwd).step())
    return std::nullopt;
  return row_of(s);
}

std::vector<job_row> job_store::latest(const std::string& session, int limit) {
  auto s = db_.prepare("SELECT " JOB_COLUMNS " FROM jobs WHERE session = :session "
                       "ORDER BY id DESC LIMIT :limit");
  s.bind(":session", session).bind(":limit", limit);
  std::vector<job_row> rows;
  while (s.step())
    rows.push_back(row_of(s));
  return rows;
}

bool job_store::claim(job_row& job, const std::string& owner) {
  auto s = db_.prepare("UPDATE jobs SET owner = :owner, attempts = attempts + 1 "
                       "WHERE id = :job AND owner = :before AND state < 2 RETURNING attempts");
  s.bind(":owner", owner).bind(":job", job.id).bind(":before", job.owner);
  if (!s.step()) return false;
  job.attempts = static_cast<int>(s.integer(0));
  s.run();
  job.owner = owner;
  return true;
}

void job_store::release(std::int64_t job) {
  db_.prepare("UPDATE jobs SET owner = '' WHERE id = :job").bind(":job", job).run();
}

std::vector<item> job_store::pending(std::int64_t job, std::int64_t after, int limit) {
  pending_.bind(":job", job).bind(":after", after).bind(":limit", limit);
  std::vector<item> items;
  while (pending_.step())
    items.push_back({pending_.integer(0), pending_.text(1), pending_.integer(2) != 0});
  return items;
}

std::vector<item> job_store::started(const job_row& job, int limit, std::int64_t& count) {
  auto s = db_.prepare("SELECT idx, name FROM items WHERE job = :job AND state BETWEEN :low AND 2 "
                       "ORDER BY idx");
  s.bind(":job", job.id).bind(":low", job.rebooted ? item_claimed : item_started);
  std::vector<item> items;
  for (count = 0; s.step(); ++count)
    if (count < limit) items.push_back({s.integer(0), s.text(1)});
  return items;
}

void job_store::claim_items(std::int64_t job, const std::vector<item>& items) {
  transaction all(db_);
  for (const auto& one : items)
    claim_item_.bind(":job", job).bind(":idx", one.index).run();
  all.commit();
}

void job_store::record_one(const job_row& job, const finished_item& ended, bool keep) {
  set_item_.bind(":state", ended.status == 0 ? item_passed : item_failed)
      .bind(":status", ended.status)
      .bind(":job", job.id)
      .bind(":idx", ended.index)
      .run();
  if (ended.status == 0 || !keep) return;
  add_failure_.bind(":job", job.id)
      .bind(":idx", ended.index)
      .bind_blob(":name", ended.name)
      .bind(":status", ended.status)
      .bind_blob(":output", ended.output)
      .run();
}

void job_store::record(job_row& job, const std::vector<finished_item>& ended,
                       const std::vector<item>& starting, bool durable) {
  std::optional<without_sync> relaxed;
  if (!durable) relaxed.emplace(db_);
  transaction all(db_);
  auto done = job.done;
  auto failed = job.failed;
  for (const auto& one : ended) {
    record_one(job, one, failed < max_shown_failures);
    ++done;
    if (one.status != 0) ++failed;
  }
  for (const auto& one : starting)
    set_item_.bind(":state", item_started)
        .bind(":status", 0)
        .bind(":job", job.id)
        .bind(":idx", one.index)
        .run();
  if (!ended.empty())
    set_counts_.bind(":done", done).bind(":failed", failed).bind(":job", job.id).run();
  all.commit();
  job.done = done;
  job.failed = failed;
}

void job_store::sync(const job_row& job) {
  // Something has to change: a row written as it was makes SQLite write, and so sync, nothing.
  sync_.bind(":job", job.id).run();
}

std::optional<failure_row> job_store::next_unshown(std::int64_t job) {
  auto s = db_.prepare("SELECT idx, name, status, output FROM failures "
                       "WHERE job = :job AND shown = 0 ORDER BY idx LIMIT 1");
  if (!s.bind(":job", job).step()) return std::nullopt;
  return failure_row{s.integer(0), s.text(1), static_cast<int>(s.integer(2)), s.text(3)};
}

void job_store::mark_shown(std::int64_t job, std::int64_t index) {
  db_.prepare("UPDATE failures SET shown = 1 WHERE job = :job AND idx = :idx")
      .bind(":job", job)
      .bind(":idx", index)
      .run();
}

std::vector<failure_row> job_store::failures(std::int64_t job, int limit) {
  auto s = db_.prepare("SELECT idx, name, status FROM failures WHERE job = :job "
                       "ORDER BY idx LIMIT :limit");
  s.bind(":job", job).bind(":limit", limit);
  std::vector<failure_row> rows;
  while (s.step())
    rows.push_back({s.integer(0), s.text(1), static_cast<int>(s.integer(2)), {}});
  return rows;
}

} // namespace acpd::runner
