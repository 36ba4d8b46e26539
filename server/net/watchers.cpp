#include "server/net/watchers.h"

#include "server/core/lines.h"
#include "server/net/hub.h"
#include "server/net/link.h"
#include "server/net/session_views.h"

#include <algorithm>

namespace acpd::net {

namespace {

void add_item(std::string& list, std::string_view item) {
  if (!list.empty()) list += ',';
  list += item;
}

std::string quoted_list(const std::set<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids)
    add_item(out, protocol::quoted(id));
  return out;
}

} // namespace

watchers::watchers(hub& h) : hub_(h), flush_timer_(h.io), beat_timer_(h.io) {}

void watchers::add(link& client, wants what, bool whole) {
  if (!what.any()) return;
  view& v = views_[&client];
  v.who = client.weak_from_this();
  v.what.watch = v.what.watch || what.watch;
  v.what.state = v.what.state || what.state;
  if (what.heartbeat.count() > 0)
    v.what.heartbeat = std::clamp(what.heartbeat, shortest_heartbeat, longest_heartbeat);
  v.next_beat = clock::now() + v.what.heartbeat;
  if (what.watch) {
    v.reset = whole;
    v.dirty.clear();
    v.removed.clear();
    v.asked = all_asked(); // what the request's answer tells
  }
  for (const auto& [id, host] : hub_.sessions())
    if (v.what.state && client.attached(*host)) v.dirty.insert(id);
  if (v.reset || !v.dirty.empty()) arm();
  arm_heartbeat();
}

void watchers::stop_watching(link& client) {
  const auto at = views_.find(&client);
  if (at == views_.end()) return;
  at->second.what.watch = at->second.reset = false;
  at->second.removed.clear();
  at->second.asked.clear();
  if (!at->second.what.any()) views_.erase(at);
}

watchers::asked_ids watchers::all_asked() const {
  asked_ids all;
  for (const auto& [id, host] : hub_.sessions())
    for (const auto& [row, q] : host->core.questions())
      if (core::asks_person(q.kind)) all[id].insert(question_id(q));
  return all;
}

std::string watchers::whole_list() {
  std::string sessions, asked;
  for (const auto& [id, host] : hub_.sessions()) {
    add_item(sessions, list_item(hub_, *host));
    for (const auto& [row, q] : host->core.questions())
      if (core::asks_person(q.kind)) add_item(asked, pending_item(*host, q));
  }
  return R"({"sessions":[)" + sessions + R"(],"asked":[)" + asked + "]}";
}

void watchers::note(const session_host& host) {
  dirty_.insert(host.core.data().id);
  arm();
}

void watchers::removed(const session_host& host) {
  for (auto& [client, v] : views_) {
    v.dirty.erase(host.core.data().id);
    v.asked.erase(host.core.data().id); // the client forgets them with the session
    if (v.what.watch) v.removed.insert(host.core.data().sid);
  }
  dirty_.erase(host.core.data().id);
  if (!views_.empty()) arm();
}

/// The first change after a quiet time is told at once, further ones after a pause.
void watchers::arm() {
  if (std::exchange(armed_, true)) return;
  flush_timer_.expires_at(std::max(clock::now(), last_flush_ + pause));
  flush_timer_.async_wait([this](error_code ec) {
    if (ec) return;
    armed_ = false;
    flush();
  });
}

void watchers::flush() {
  last_flush_ = clock::now();
  for (auto& [client, v] : views_) {
    if (v.what.watch || v.what.state) v.dirty.insert(dirty_.begin(), dirty_.end());
  }
  dirty_.clear();
  std::map<std::int64_t, std::uint64_t> told; // how far each session's log was
  for (auto& [client, v] : views_) {
    for (const std::int64_t id : v.dirty)
      if (const session_host* host = hub_.find(id)) told[id] = host->log.committed;
    tell(v);
  }
  // Entries that are being written just now move `head` once more.
  hub_.log.after_commit([this, told = std::move(told)] {
    for (const auto& [id, head] : told)
      if (const session_host* host = hub_.find(id); host && host->log.committed != head)
        changed(*host);
  });
  arm_heartbeat();
  hub_.log.flush();
}

void watchers::tell(view& v) {
  if (!v.reset && v.dirty.empty() && v.removed.empty()) return;
  const auto client = v.who.lock();
  if (!client || !client->open()) return;
  if (client->lags()) return arm(); // it is told what is newest when it reads again
  std::string text;
  if (v.what.watch)
    if (std::string what = changes(v); !what.empty())
      text = core::notification_line("_acpd/watch/changed", what) + "\n";
  if (!text.empty())
    hub_.log.after_commit([client, text = std::move(text)] { client->tell(text); });
  if (v.what.state) tell_states(v, *client);
  v.dirty.clear();
  v.removed.clear();
  v.reset = false;
}

/// params of `_acpd/watch/changed`; empty: nothing to say.
std::string watchers::changes(view& v) {
  if (std::exchange(v.reset, false)) {
    v.removed.clear();
    v.asked = all_asked();
    return R"({"reset":true,)" + whole_list().substr(1);
  }
  std::string sessions, asked;
  std::set<std::string> settled;
  for (const std::int64_t id : v.dirty) {
    const session_host* host = hub_.find(id);
    if (!host) continue;
    add_item(sessions, list_item(hub_, *host));
    std::set<std::string> now;
    for (const auto& [row, q] : host->core.questions()) {
      if (!core::asks_person(q.kind)) continue;
      now.insert(question_id(q));
      if (!v.asked[id].contains(question_id(q))) add_item(asked, pending_item(*host, q));
    }
    std::ranges::set_difference(v.asked[id], now, std::inserter(settled, settled.end()));
    if (now.empty())
      v.asked.erase(id);
    else
      v.asked[id] = std::move(now);
  }
  if (sessions.empty() && v.removed.empty()) return {};
  return R"({"sessions":[)" + sessions + R"(],"removed":[)" + quoted_list(v.removed) +
         R"(],"asked":[)" + asked + R"(],"settled":[)" + quoted_list(settled) + "]}";
}

void watchers::tell_states(view& v, link& client) {
  for (const std::int64_t id : v.dirty) {
    const session_host* host = hub_.find(id);
    if (!host || !client.attached(*host)) continue;
    std::string params = R"({"sessionId":)" + std::string(host->core.quoted_sid()) +
                         R"(,"state":")" + std::string(state_of(*host)) + R"(","turn":)" +
                         std::to_string(host->core.data().turns) + R"(,"head":)" +
                         std::to_string(host->log.committed) + R"(,"queue":)" +
                         queue_json(*host, client.author(), false);
    if (const std::string beside = host->core.background(); !beside.empty())
      params += R"(,"background":)" + beside;
    if (!host->core.progress().empty())
      params.append(R"(,"progress":)").append(host->core.progress());
    if (!host->core.last_outcome().empty())
      params += R"(,"outcome":)" + protocol::quoted(host->core.last_outcome());
    hub_.log.after_commit(
        [to = v.who, line = core::notification_line("_acpd/state", params + "}")] {
          if (const auto there = to.lock()) there->tell(line + "\n");
        });
  }
}

/// The next heartbeat of anybody, while a session that a client is attached to has a turn.
void watchers::arm_heartbeat() {
  if (beating_) return;
  auto next = clock::time_point::max();
  const auto now = clock::now();
  for (auto& [client, v] : views_) {
    if (v.what.heartbeat.count() == 0) continue;
    const bool runs = std::ranges::any_of(hub_.sessions(), [&](const auto& s) {
      return s.second->core.running() && client->attached(*s.second);
    });
    if (!runs) continue;
    if (v.next_beat < now) v.next_beat = now + v.what.heartbeat; // nothing ran meanwhile
    next = std::min(next, v.next_beat);
  }
  if (next == clock::time_point::max()) return;
  beating_ = true;
  beat_timer_.expires_at(next);
  beat_timer_.async_wait([this](error_code ec) {
    if (ec) return;
    beating_ = false;
    beat();
    arm_heartbeat();
  });
}

void watchers::beat() {
  const auto now = clock::now();
  std::vector<std::pair<std::shared_ptr<link>, std::string>> all; // telling may end a client
  for (auto& [client, v] : views_) {
    if (v.what.heartbeat.count() == 0 || now < v.next_beat) continue;
    v.next_beat = now + v.what.heartbeat;
    const auto there = v.who.lock();
    if (!there || !there->open() || there->lags()) continue;
    for (const auto& [id, host] : hub_.sessions())
      if (host->core.running() && there->attached(*host)) all.emplace_back(there, heartbeat(*host));
  }
  for (const auto& [client, line] : all)
    client->tell(line);
}

std::string watchers::heartbeat(const session_host& host) const {
  const std::string params = R"({"sessionId":)" + std::string(host.core.quoted_sid()) +
                             R"(,"seq":)" + std::to_string(host.log.committed) + R"(,"state":")" +
                             std::string(state_of(host)) + R"(","at":")" + iso_time(hub_.now_ms()) +
                             "\"}";
  return core::notification_line("_acpd/heartbeat", params) + "\n";
}

} // namespace acpd::net
