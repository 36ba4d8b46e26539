#include "indexer/worker/lane.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unordered_set>

namespace acpd::index {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_uncommitted = 1s; // progress is seen, and a kill costs little
constexpr auto retry_after = 5s;
constexpr unsigned commits_a_slice = 32; // without a pause, merging must keep up all the same

/// The rows of a folder, or of all, by path.
statement rows_below(connection& db, const std::string& folder, std::string& from,
                     std::string& to) {
  from = folder.empty() ? "" : folder + "/";
  to = folder.empty() ? "\xff" : folder + "0"; // '0' follows '/'
  return db.select("SELECT path, size, changed_ns, inode FROM file WHERE path >= ?1 AND path < ?2 "
                   "ORDER BY path",
                   from, to);
}

} // namespace

lane::lane(std::shared_ptr<workspace_info> info, std::size_t slots)
    : info_(std::move(info)), slots_(slots) {}

lane::~lane() { info_->set_index(nullptr); }

bool lane::open() {
  std::filesystem::create_directories(info_->db.parent_path());
  if (!lock_) {
    const auto path = info_->db.string() + ".lock";
    lock_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock_) throw std::system_error(errno, std::generic_category(), "cannot open " + path);
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
      lock_.reset();
      return false;
    }
  }
  journal_ = std::make_shared<parse_journal>(info_->db.string() + ".parsing", slots_);
  store_ = std::make_shared<store>(info_->db);
  known_ = std::make_unique<reader>(*store_);
  if (!store_->rebuilt().empty()) info_->set_rebuilt(store_->rebuilt());
  mark_crashes();
  info_->set_index(store_);
  // Without rules no batch has come yet, and the first one compares everything.
  if (rules_ && std::exchange(compare_all_, false)) compare_everything();
  publish();
  return true;
}

void lane::mark_crashes() {
  for (const auto& crash : journal_->crashes())
    store_->mark(crash.path, crash.stamp, file_state::failed);
  store_->commit();
}

void lane::rebuild(const std::string& why) {
  info_->set_index(nullptr);
  known_.reset();
  store_.reset();
  first_write_.reset();
  retry_at_.reset();
  // Queries that still read hold the old file open; it ends with them.
  for (const auto* suffix : {"", "-wal", "-shm"})
    std::filesystem::remove(info_->db.string() + suffix);
  compare_all_ = true;
  open();
  info_->set_rebuilt(why);
}

void lane::fail(const std::string& problem, time_point now) {
  try {
    if (store_) store_->abandon();
  } catch (const database_error&) { // not even that: it is opened again at the next try
    info_->set_index(nullptr);
    known_.reset();
    store_.reset();
    compare_all_ = true;
  }
  first_write_.reset();
  retry_at_ = now + retry_after;
  failed_ = true;
  info_->set_problem(problem);
  publish();
}

void lane::apply(const change_batch& batch, std::shared_ptr<const ignore_rules> rules) {
  rules_ = std::move(rules);
  if (batch.root_gone) {
    info_->set_problem("the folder " + rules_->root() + " is not there; its index is kept");
    return;
  }
  if (!is_open() || retry_at_) { // then everything will be compared
    compare_all_ |= !is_open();
    return;
  }
  for (const auto& folder : batch.sweep)
    compare(folder);
  for (const auto& path : batch.removed)
    drop(path);
  constexpr std::size_t few = 4;
  if (batch.sweep.empty() && batch.changed.size() <= few) {
    std::vector<std::string> paths;
    for (const auto& file : batch.changed)
      paths.push_back(file.path);
    look_now(paths);
  } else {
    for (const auto& file : batch.changed)
      backlog_.look(file.path);
  }
}

void lane::compare_everything() { compare({"", list_files(*rules_, {.allow_wide_roots = true})}); }

void lane::compare(const swept_folder& folder) {
  commit();
  if (!folder.files) return info_->set_problem(folder.files.error().text);
  const auto& found = *folder.files;
  const auto differing = compare_with_rows(found, folder.path);
  std::vector<std::string> younger; // read because somebody asked, after they were listed
  for (const auto& file : differing.removed)
    if (found.is_younger(file.known))
      younger.push_back(file.path);
    else
      drop(file.path);
  look_allowed(std::move(younger));
  std::unordered_set<std::string_view> listed;
  for (const auto at : differing.to_read) {
    listed.insert(found.path(at));
    backlog_.look(std::string(found.path(at)));
  }
  // What waited and was not found is gone, or left out now.
  backlog_.keep_below(folder.path, [&](const std::string& path) {
    return listed.contains(path) || store_->find(path).has_value();
  });
  if (!folder.path.empty()) return;
  publish();
  if (!failed_) info_->set_problem("");
  info_->set_complete();
}

/// Whole: rows are not written while they are read.
differences lane::compare_with_rows(const listing& found, const std::string& folder) const {
  const auto view = known_->look();
  std::string from, to, path;
  auto rows = rows_below(view.db(), folder, from, to);
  return sweep(found, [&]() -> std::optional<known_file> {
    if (!rows.next()) return std::nullopt;
    path = rows.bytes(0);
    return known_file{path,
                      {rows.as<std::uint64_t>(1), rows.integer(2), rows.as<std::uint64_t>(3)}};
  });
}

void lane::drop(const std::string& path) {
  backlog_.forget(path);
  store_->erase(path);
  wrote();
}

parse_task lane::task_of(const std::string& path) {
  parse_task made{info_->id, info_->real_root, path, journal_, 0, {}};
  const auto row = store_->find(path);
  if (!row) return made;
  if (row->state == file_state::indexed) made.known_hash = row->hash;
  if (row->state == file_state::failed) made.failed = row->stamp;
  return made;
}

std::optional<parse_task> lane::next_task() {
  if (!is_open() || retry_at_) return std::nullopt;
  const auto path = backlog_.next();
  if (!path) return std::nullopt;
  try {
    return task_of(*path);
  } catch (const database_error&) { // not in hand: comparing everything finds it again
    backlog_.forget(*path);
    backlog_.done(*path);
    throw;
  }
}

void lane::look_now(const std::vector<std::string>& paths) {
  if (!is_open() || retry_at_) return;
  for (const auto& path : paths) {
    backlog_.look(path);
    const auto task = task_of(path);
    if (backlog_.take(path)) keep(parse_now(task, 0));
  }
  commit();
  publish();
}

void lane::look_allowed(std::vector<std::string> paths) {
  if (!is_open() || retry_at_ || !rules_) return;
  // What is known stays until the folder is back.
  if (std::error_code missing; !std::filesystem::is_directory(rules_->root(), missing)) return;
  std::erase_if(paths, [&](const std::string& path) {
    if (rules_->allows(path)) return false;
    if (store_->find(path)) drop(path); // left out now, or its folder has become a link
    return true;
  });
  look_now(paths);
}

void lane::keep(parse_result result) {
  if (!backlog_.done(result.path)) return;
  if (!is_open() || retry_at_) return; // compared again later
  write(result);
}

void lane::write(const parse_result& result) {
  const auto& content = result.content;
  if (!content && is_no_file(content.error())) {
    store_->erase(result.path);
  } else if (!content) {
    store_->mark(result.path, {}, file_state::unreadable);
  } else if (result.failed) {
    return;
  } else if (result.unchanged) {
    const auto row = store_->find(result.path);
    if (row && row->stamp == content->stamp) return;
    store_->touch(result.path, content->stamp);
  } else {
    store_->put(result.path, content->stamp, content->hash, result.facts, content->bytes);
  }
  wrote();
}

void lane::wrote() {
  if (!first_write_) first_write_ = std::chrono::steady_clock::now();
}

void lane::commit() {
  if (!first_write_) return;
  store_->commit();
  first_write_.reset();
  if (++commits_ >= commits_a_slice) maintain();
}

void lane::step(time_point now) {
  if (retry_at_ && *retry_at_ <= now) {
    retry_at_.reset();
    if (!is_open())
      open();
    else if (rules_)
      compare_everything();
  }
  if (is_open() && first_write_ &&
      (store_->full() || backlog_.size() == 0 || *first_write_ + longest_uncommitted <= now))
    commit();
  publish();
}

std::optional<lane::time_point> lane::deadline() const {
  if (retry_at_) return retry_at_;
  if (first_write_) return *first_write_ + longest_uncommitted;
  return std::nullopt;
}

bool lane::maintain() {
  commits_ = 0;
  return is_open() && !first_write_ && !retry_at_ && store_->maintain();
}

void lane::release_memory() {
  if (!is_open()) return;
  store_->settle();
  known_->release_memory();
}

void lane::publish() {
  if (failed_ && !retry_at_ && !first_write_ && backlog_.size() == 0) {
    failed_ = false; // everything is written after all
    info_->set_problem("");
  }
  // After a failure something is to be done still, if only to find out what.
  info_->set_backlog(backlog_.size() + (failed_ ? 1 : 0), first_write_.has_value());
}

} // namespace acpd::index
