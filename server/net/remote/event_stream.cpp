#include "server/net/remote/event_stream.h"

#include <tuple>

namespace acpd::remote {
namespace {

bool before(const event_position& a, const event_position& b) {
  return std::tie(a.seq, a.after) < std::tie(b.seq, b.after);
}

bool same(const event_position& a, const event_position& b) {
  return a.seq == b.seq && a.after == b.after;
}

} // namespace

void event_stream::put(event e) {
  bytes_ += e.line.size();
  queue_.push_back(std::move(e));
}

void event_stream::push(std::string_view line, const event_position& at) {
  if (awaiting_) { // it comes again, from the log
    passing_ = {at.epoch, at.seq, 0};
    return;
  }
  release_below(at.seq);
  if (first_.epoch.empty() || at.seq < first_.seq) first_ = at;
  // A frame of the same entry as the one before is told from it by its place, too.
  last_ = {at.epoch, at.seq, at.seq == last_.seq ? last_.after + 1 : 0};
  put({last_, true, std::string(line)});
}

void event_stream::push(std::string_view line) {
  if (awaiting_) { // what it came behind comes again, so it waits for that
    passing_.after++;
    return between_.push_back({passing_, false, std::string(line)});
  }
  last_.after++;
  put({last_, false, std::string(line)});
}

void event_stream::take(std::string& out) {
  event e = std::move(queue_.front());
  queue_.pop_front();
  bytes_ -= e.line.size();
  taken_ = e.at;
  out.append("id: ").append(e.at.text()).append("\ndata: ").append(e.line).append("\n\n");
  // The log gives an entry's frames all or none: those behind its first are kept, too.
  if (e.numbered && e.at.after == 0) return;
  kept_bytes_ += e.line.size();
  kept_.push_back(std::move(e));
  while (kept_.size() > kept_events || kept_bytes_ > kept_bytes_limit) {
    forgot_ = kept_.front().at;
    kept_bytes_ -= kept_.front().line.size();
    kept_.pop_front();
  }
}

event_stream::continued event_stream::resume(const event_position& seen) {
  if (last_.epoch.empty() && !seen.epoch.empty()) return continued::from_log;
  if (before(taken_, seen) || (!seen.epoch.empty() && seen.epoch != last_.epoch))
    return continued::refused;
  if (same(seen, taken_)) return continued::from_here;
  if (forgot_ && before(seen, *forgot_)) return continued::refused;
  if (seen.seq < taken_.seq) return continued::from_log;
  // No whole entry is missing: what is, is here.
  std::deque<event> again;
  for (const event& e : kept_)
    if (before(seen, e.at)) again.push_back(e);
  for (auto e = again.rbegin(); e != again.rend(); ++e) {
    bytes_ += e->line.size();
    queue_.push_front(std::move(*e));
  }
  while (!kept_.empty() && before(seen, kept_.back().at)) {
    kept_bytes_ -= kept_.back().line.size();
    kept_.pop_back();
  }
  return continued::from_here;
}

event_position event_stream::await_log(const event_position& seen) {
  awaiting_ = true;
  passing_ = last_;
  for (event& e : kept_)
    if (before(seen, e.at) && (!e.numbered || e.at.seq == seen.seq))
      between_.push_back(std::move(e));
  std::erase_if(kept_, [&](const event& e) { return before(seen, e.at); });
  kept_bytes_ = 0;
  for (const event& e : kept_)
    kept_bytes_ += e.line.size();
  for (event& e : queue_)
    if (!e.numbered) between_.push_back(std::move(e));
  queue_.clear();
  bytes_ = 0;
  last_ = taken_ = seen;
  // Who saw no update has no epoch to name.
  return seen.epoch.empty() ? first_ : event_position{seen.epoch, seen.seq + 1};
}

/// What stood before update `seq` goes out before it.
void event_stream::release_below(std::uint64_t seq) {
  while (!between_.empty() && between_.front().at.seq < seq) {
    event e = std::move(between_.front());
    between_.pop_front();
    last_ = {last_.epoch, last_.seq, last_.after + 1};
    e.at = last_;
    put(std::move(e));
  }
}

void event_stream::log_ended() {
  awaiting_ = false;
  release_below(UINT64_MAX);
}

void event_stream::log_refused() {
  last_ = taken_ = {};
  log_ended();
}

} // namespace acpd::remote
