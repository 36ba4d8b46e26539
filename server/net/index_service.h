#pragma once

#include "protocol/failure.h"
#include "server/core/events.h"
#include "server/net/index_folders.h"
#include "server/net/index_hints.h"
#include "server/net/index_worker.h"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::net {

class hub;
class link;
struct session_host;

/// The code index: which folders the worker keeps fresh, and the questions to it. A folder is
/// opened when an agent starts in it, or when somebody asks; closed when nobody has used it for a
/// while; begun again when the worker ends. Nothing waits for it on this thread, and no question
/// stays without an answer. Owned by the hub; session thread.
class index_service {
public:
  using clock = std::chrono::steady_clock;
  /// The raw object that the worker answered (WORKER.md), or what is wrong.
  using answer = std::move_only_function<void(const protocol::result<std::string>& what)>;

  static constexpr std::size_t most_questions = 256; // under way at once
  static constexpr std::chrono::seconds patience{20};

  explicit index_service(hub& h);

  /// What the last daemon knew of; those that a person asked for are opened.
  void start();
  /// The daemon ends.
  void stop() { worker_.end(); }

  /// The folder is of use now.
  void use(const std::string& root);
  /// A question of WORKER.md about a folder, which is opened if it is not: `members` as in a
  /// request, raw, without "workspace".
  void ask(const std::string& root, std::string members, answer done);
  /// What a session is about to be told: the files that its agent has written are looked at at
  /// once.
  void hear(const session_host& host, const core::event& e);
  void forget(std::int64_t session) { hints_.forget(session); }
  /// The folder that is indexed and has this one in it; the folder itself when there is none.
  std::string folder_around(const std::string& path) const;

  // For people: index_people.cpp
  void add(const std::string& root, bool wide, answer done);
  void remove(const std::string& root, answer done);
  void rebuild(const std::string& root, answer done);
  /// `_acpd/index/status`; `root` empty: of all folders.
  void status(const std::string& root, answer done);
  /// Is told `_acpd/index/progress` while its link is open.
  void tell_of_progress(link& client);
  /// Coverage of the folder, raw; empty: it is not indexed, or not yet.
  std::string_view coverage(const std::string& root);

private:
  struct question {
    std::string root, members;
    answer done; // empty: answered
    clock::time_point until;
    unsigned tries = 0;
  };
  using shared_question = std::shared_ptr<question>;
  enum class state : std::uint8_t {
    closed,  // its index is on disk, if there is one
    opening, // the worker was told, or will be
    open,    // it answers
    refused, // the worker would not: `refusal` says why
    linked,  // the path of a link: `real` is the folder, whose index answers
  };
  struct folder {
    index_record record;
    std::string key;
    std::string real; // without links; empty: not looked up yet
    state now = state::closed;
    std::string coverage;
    protocol::failure refusal;
    clock::time_point used, opened;
    std::deque<shared_question> waiting; // until it is open
  };
  struct subscriber {
    std::weak_ptr<link> who;
    std::set<std::string> due; // roots; of one that lags, told when it reads again
  };

  folder& entry(const std::string& root);
  folder* find(const std::string& root); // the one that a link means; null: unknown
  void open(folder& f);
  void write_down(const folder& f);
  void resolved(const std::string& root, const std::string& real);
  void begin(folder& f);
  void send_add(folder& f);
  void opened(const std::string& root, std::string_view ok, std::string_view error);
  void close(folder& f);
  void pose(const std::string& root, std::string members, answer done);
  void pass_on(const shared_question& q);
  void send(const shared_question& q);
  void answered(const shared_question& q, std::string_view ok, std::string_view error);
  void finish(const shared_question& q, const protocol::result<std::string>& what);
  void worker_began();
  void worker_told(std::string_view line);
  void covers(folder& f, std::string_view coverage);
  void changed(const std::vector<std::string>& paths);
  void arm_deadlines();
  void arm_sweep();
  void sweep();
  // index_people.cpp
  std::string folder_json(const folder& f) const;
  void tell_subscribers();

  hub& hub_;
  const std::filesystem::path dir_; // STATE/index
  index_worker worker_;
  std::map<std::string, folder> folders_; // by root
  index_hints hints_;
  std::vector<shared_question> asked_;
  std::vector<subscriber> subscribers_;
  asio::steady_timer deadline_timer_, sweep_timer_, tell_timer_;
  bool deadlines_armed_ = false, sweep_armed_ = false, tell_armed_ = false;
};

} // namespace acpd::net
