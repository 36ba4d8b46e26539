#pragma once

#include "server/net/asio.h"
#include "server/net/session_host.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace acpd::net {

class hub;
class link;

/// What a client wants to be told besides its sessions' updates.
struct wants {
  bool watch = false; // `_acpd/watch/changed`: all sessions, and what is asked in them
  bool state = false; // `_acpd/state`: of the sessions that it is attached to
  std::chrono::milliseconds heartbeat{0}; // `_acpd/heartbeat`: of the same, while a turn runs

  bool any() const { return watch || state || heartbeat.count() > 0; }
};

/// Tells clients how sessions are, coalesced: of each session the newest state, at most ten times a
/// second. What is told is committed. A client that does not read is told nothing until it does;
/// what is kept for it is which sessions changed. Costs nothing while nobody asks. Owned by the
/// hub; session thread.
class watchers {
public:
  static constexpr std::chrono::milliseconds pause{100};
  static constexpr std::chrono::milliseconds shortest_heartbeat{1'000};
  static constexpr std::chrono::milliseconds longest_heartbeat{60'000};

  explicit watchers(hub& h);

  /// The client is told that from now on, until its link closes. `whole`: begins with a
  /// notification of all sessions, with "reset" (a request's answer has them for others).
  void add(link& client, wants what, bool whole);
  void stop_watching(link& client);
  /// All sessions and all that is asked, as `_acpd/watch` answers.
  std::string whole_list();

  /// Something may have changed: after each step, so this is cheap.
  void changed(const session_host& host) {
    if (!views_.empty()) note(host);
  }
  void removed(const session_host& host);
  /// The client has gone.
  void forget(const link& client) { views_.erase(&client); }

private:
  using clock = std::chrono::steady_clock;
  using asked_ids = std::map<std::int64_t, std::set<std::string>>; // by session
  struct view {
    std::weak_ptr<link> who;
    wants what;
    bool reset = false;            // everything, and what is gone counts no more
    std::set<std::int64_t> dirty;  // sessions, by row
    std::set<std::string> removed; // sessions, by id
    asked_ids asked;               // what it was told is asked
    clock::time_point next_beat{};
  };

  void note(const session_host& host);
  void arm();
  void flush();
  void tell(view& v);
  asked_ids all_asked() const;
  std::string changes(view& v);
  void tell_states(view& v, link& client);
  void arm_heartbeat();
  void beat();
  std::string heartbeat(const session_host& host) const;

  hub& hub_;
  std::map<const link*, view> views_;
  std::set<std::int64_t> dirty_; // since the last flush
  asio::steady_timer flush_timer_, beat_timer_;
  bool armed_ = false, beating_ = false;
  clock::time_point last_flush_{};
};

} // namespace acpd::net
