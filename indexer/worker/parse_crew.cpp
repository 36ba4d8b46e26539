#include "indexer/worker/parse_crew.h"

#include "indexer/parse/extract.h"
#include "indexer/worker/priority.h"

#include <csignal>
#include <cstdlib>

namespace acpd::index {
namespace {

/// ACPD_FAULT=index.parse:NAME ends the process as a broken grammar would, on files of that name.
void fault([[maybe_unused]] std::string_view path) {
#ifdef ACPD_FAULTS
  constexpr std::string_view key = "index.parse:";
  const char* wanted = std::getenv("ACPD_FAULT");
  if (wanted && std::string_view(wanted).starts_with(key) &&
      path.ends_with(std::string_view(wanted).substr(key.size())))
    ::raise(SIGSEGV);
#endif
}

} // namespace

parse_result parse_now(const parse_task& task, std::size_t slot) {
  parse_result made{task.workspace, task.path, read_source(task.root, task.path), {}};
  if (!made.content) return made;
  made.failed = task.failed != file_stamp{} && made.content->stamp == task.failed;
  made.unchanged = !made.failed && task.known_hash != 0 && made.content->hash == task.known_hash;
  if (made.failed || made.unchanged) return made;
  const parse_journal::entry noted(*task.journal, slot, task.path, made.content->stamp);
  fault(task.path);
  made.facts = extract(task.path, made.content->bytes);
  return made;
}

parse_crew::parse_crew(unsigned threads, std::function<void(parse_result)> done)
    : done_(std::move(done)) {
  for (unsigned i = 0; i < threads; ++i)
    threads_.emplace_back([this, i] { work(i + 1); }); // slot 0 is the pipeline's own
}

parse_crew::~parse_crew() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  filled_.notify_all();
}

void parse_crew::give(parse_task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  filled_.notify_one();
}

void parse_crew::work(std::size_t slot) {
  run_in_background();
  watch_crashes_of_thread();
  for (;;) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return stopping_ || !tasks_.empty(); });
    if (stopping_) return;
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    done_(parse_now(task, slot));
  }
}

} // namespace acpd::index
