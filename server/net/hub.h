#pragma once

#include "server/net/asio.h"
#include "server/net/journal.h"
#include "server/net/readers.h"
#include "server/net/session_host.h"
#include "server/net/watchers.h"
#include "server/wire/config.h"
#include "server/wire/paths.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace acpd::net {

class link;
class agent_link;
class remote_clients;
class index_service;
class index_access;

/// Who waits for the answer of a request that is under way: a link, and the id it used.
struct waiter {
  std::weak_ptr<link> who;
  std::string raw_id;
  std::uint64_t n = 0;
};

/// What an agent said of itself: the answer to `initialize`, kept over restarts of the daemon while
/// program, arguments and configured environment are the same.
struct agent_facts {
  std::string fingerprint;
  std::string initialize_result; // raw JSON
};

/// All state of a running daemon: sessions, agents, editors, the journal. Its parts meet here and
/// nowhere else. One per daemon; session thread.
class hub {
public:
  hub(asio::io_context& io, wire::config config, wire::paths paths,
      std::unique_ptr<store::writer> writer, store::reader reader, store::recovered found,
      hub** self);
  ~hub();

  // hub.cpp: sessions
  session_host* find(std::string_view sid);
  session_host* find(std::int64_t row);
  const std::map<std::int64_t, std::unique_ptr<session_host>>& sessions() const {
    return sessions_;
  }
  session_host& add(core::session_seed seed);
  void remove(session_host& host);
  /// Its agent is told, too, where it can be.
  void rename(session_host& host, std::string_view title);
  /// Lets the core decide, and does what it says.
  void step(session_host& host, const core::event& e);
  std::int64_t now_ms() const;

  // hub_apply.cpp
  void apply(session_host& host, core::actions& todo);
  void fold(session_host& host, std::uint64_t to);

  // agent_start.cpp
  void start_agent(session_host& host);
  std::shared_ptr<agent_link> start_probe(const wire::agent_config& agent,
                                          std::vector<std::string> env, std::string cwd);
  void forget(agent_link& link);

  // answers
  void wait_for(std::string key, waiter w) { waiters_[std::move(key)].push_back(std::move(w)); }
  bool is_awaited(const std::string& key) const { return waiters_.contains(key); }
  void answer(const std::string& key, std::string_view response_line);
  /// Everybody who waits for the answer of a session/new follows the new session.
  void attach_waiters(const std::string& key, session_host& host, std::uint64_t cursor);

  // recover.cpp
  void recover(store::recovered found);
  void adopt(const store::shim_row& row, std::map<std::uint64_t, std::string> unsent);
  void read_what_is_shown(const std::shared_ptr<agent_link>& process, const session_host& host);

  // files.cpp: fs/* and extension requests of agents
  void serve(session_host& host, const core::question& q);
  void serve_from_disk(std::int64_t session, std::int64_t question);
  void unanswered(session_host& host, const core::question& q);
  void answer_question(std::int64_t session, std::int64_t question, std::string result,
                       std::string error);

  // facts of agents: agent_facts.cpp
  using facts_found = std::move_only_function<void(const std::optional<std::string>& result)>;
  /// done(the agent's answer to `initialize`), if it is known and the agent is still the same.
  void facts(const wire::agent_config& agent, facts_found done);
  void learn(const wire::agent_config& agent, std::string initialize_result);
  /// The agent's last answer to `initialize` that this daemon has seen; empty: none.
  std::string_view said(const std::string& agent) const;

  // environment.cpp: what an agent is started with
  void keep_environment(std::int64_t session, const std::vector<std::string>& env);
  void drop_environment(std::int64_t session);
  std::filesystem::path environment_file(std::int64_t session) const;

  /// `asked`: by a person, so that no bridge starts another daemon by itself.
  void shutdown(bool with_agents, bool asked);
  void finish_shutdown(std::shared_ptr<asio::steady_timer> timer, int tries);
  /// Everything that must not be lost is on disk and shown.
  void close();
  std::string status_json() const;
  void set_trouble(std::string text);
  /// Keeps the machine awake while a turn runs, where there is systemd-inhibit.
  void update_inhibitor();

  asio::io_context& io;
  const wire::config config;
  const wire::paths paths;
  readers pool;
  journal log;
  const std::int64_t started_ms;

  std::vector<std::shared_ptr<link>> links;
  watchers watching{*this};                                   // who is told of states
  std::unique_ptr<remote_clients> remote;                     // tokens, and who comes with one
  std::unique_ptr<index_service> index;                       // the code index
  std::unique_ptr<index_access> index_tokens;                 // which agents may ask it
  std::map<std::int64_t, std::shared_ptr<agent_link>> agents; // by shim row
  std::int64_t next_session, next_turn, next_question, next_shim;
  std::string trouble; // why nothing can be written; empty: all is well
  bool stopping = false;
  bool stop_agents = false;
  std::move_only_function<void(bool with_agents, bool asked)> on_stop;

private:
  friend struct apply_actions;
  std::map<std::int64_t, std::unique_ptr<session_host>> sessions_;
  std::unordered_map<std::string, session_host*> by_sid_;
  std::unordered_map<std::string, std::vector<waiter>> waiters_;
  std::map<std::string, agent_facts> facts_;
  std::vector<core::actions> spare_actions_;
  pid_t inhibitor_ = 0;
};

/// Random hexadecimal digits.
std::string random_hex(std::size_t digits);

} // namespace acpd::net
