#include "server/net/journal.h"

#include "protocol/crash_point.h"
#include "server/net/agent_link.h"
#include "server/net/session_host.h"

#include <algorithm>
#include <utility>

namespace acpd::net {

namespace {

constexpr std::size_t rows_per_batch = 256;
constexpr std::size_t batches_in_flight = 2; // one is being committed, one waits for it

} // namespace

journal::pending& journal::open() {
  if (!open_) {
    open_ = std::make_unique<pending>();
    open_->rows = spare_ ? std::move(spare_) : std::make_unique<store::batch>();
  }
  return *open_;
}

void journal::append(session_host& host, const store::entry& e) {
  pending& now = open();
  now.rows->append(e);
  if (host.log.append(e, host.core.data(), host.core.quoted_sid(), epoch_))
    now.shown.emplace_back(&host, nullptr);
  ACPD_CRASH_POINT("net.append");
}

void journal::touch(agent_link& link) {
  auto& offsets = open().offsets;
  auto at = std::ranges::find(offsets, &link, [](const auto& o) { return o.first; });
  if (at == offsets.end())
    offsets.emplace_back(&link, link.consumed());
  else
    at->second = link.consumed();
}

void journal::forget(agent_link& link) {
  const auto drop = [&](pending& p) {
    std::erase_if(p.offsets, [&](const auto& o) { return o.first == &link; });
  };
  if (open_) drop(*open_);
  for (auto& p : in_flight_)
    drop(*p);
}

void journal::forget(session_host& host) {
  const auto drop = [&](pending& p) {
    std::erase_if(p.shown, [&](const auto& s) { return s.first == &host; });
  };
  if (open_) drop(*open_);
  for (auto& p : in_flight_)
    drop(*p);
}

void journal::flush() {
  while (open_ && open_->rows->empty() && open_->offsets.empty() && in_flight_.empty()) {
    auto effects = std::move(open_->effects);
    spare_ = std::move(open_->rows);
    open_.reset();
    for (effect& f : effects)
      f();
  }
  if (!open_ || (open_->rows->empty() && open_->offsets.empty())) return;
  if (in_flight_.size() < batches_in_flight || open_->rows->size() >= rows_per_batch) submit();
}

void journal::submit() {
  for (auto& [link, offset] : open_->offsets)
    open_->rows->put(store::set_offset{link->id(), offset, link->next_n()});
  for (auto& [host, made] : open_->shown)
    made = host->log.take_open();
  auto rows = std::move(open_->rows);
  in_flight_.push_back(std::move(open_));
  writer_->submit(std::move(rows));
}

void journal::take_done() {
  for (auto& rows : writer_->take_done()) {
    auto p = std::move(in_flight_.front());
    in_flight_.pop_front();
    for (auto& [host, made] : p->shown)
      host->show(*made);
    // Behind what people wait for: it wakes the shim, which can wait.
    for (auto& [link, offset] : p->offsets) {
      ACPD_CRASH_POINT("net.ack");
      link->acknowledge(offset);
    }
    for (effect& f : p->effects)
      f();
    rows->clear();
    spare_ = std::move(rows);
  }
  flush();
}

void journal::close() {
  if (open_ && !(open_->rows->empty() && open_->offsets.empty())) submit();
  writer_.reset(); // commits what is queued
}

} // namespace acpd::net
