#pragma once

#include "protocol/failure.h"
#include "server/net/index_service.h"
#include "server/net/link.h"
#include "server/net/session_views.h"

#include <span>
#include <string>
#include <string_view>

namespace acpd::net {

class hub;

/// The verbs of a person's client that ACP does not have: protocol/EXTENSIONS.md. Made for one
/// request; session thread.
class control {
public:
  control(hub& h, link& l) : hub_(h), link_(l) {}

  void on_request(const link::incoming& r);
  /// What session/list is asked for; empty: anything.
  struct filter {
    std::string agent, cwd;
    std::string cursor;   // from the page before
    std::string archived; // exclude (or empty), include, only
  };
  /// session/list's result: newest first.
  protocol::result<std::string> list(const filter& wanted) const;
  /// What is advertised: a raw JSON array.
  static std::string methods();

private:
  using of_daemon = void (control::*)(const link::incoming&);
  using of_session = void (control::*)(const link::incoming&, session_host&);
  struct verb {
    std::string_view method;
    of_daemon daemon = nullptr;
    of_session session = nullptr; // params.sessionId says which
  };
  static std::span<const verb> verbs();
  void later(const link::incoming& r, std::string result);

  // control.cpp
  void daemon_status(const link::incoming& r);
  void status(const link::incoming& r, session_host& host);
  void prompt(const link::incoming& r, session_host& host);
  void cancel(const link::incoming& r, session_host& host);
  void close(const link::incoming& r, session_host& host);
  void ping(const link::incoming& r);
  void stop(const link::incoming& r);
  // control_log.cpp
  void read_log(const link::incoming& r, session_host& host);
  // control_pending.cpp
  void pending(const link::incoming& r);
  void answer(const link::incoming& r);
  // control_clients.cpp
  void clients(const link::incoming& r, session_host& host);
  void detach(const link::incoming& r, session_host& host);
  void watch(const link::incoming& r);
  // control_queue.cpp
  void queue(const link::incoming& r, session_host& host);
  void edit_queued(const link::incoming& r, session_host& host);
  void remove_queued(const link::incoming& r, session_host& host);
  void run_now(const link::incoming& r, session_host& host);
  void rename(const link::incoming& r, session_host& host);
  // control_agents.cpp
  void agents(const link::incoming& r);
  void reload_agents(const link::incoming& r);
  void list_import(const link::incoming& r);
  void import(const link::incoming& r);
  // control_tokens.cpp
  void tokens(const link::incoming& r);
  void new_token(const link::incoming& r);
  void revoke_token(const link::incoming& r);
  void stream_resume(const link::incoming& r, session_host& host);
  // control_index.cpp
  void ask_index(const link::incoming& r);
  void index_status(const link::incoming& r);
  void steer_index(const link::incoming& r);
  protocol::result<std::string> index_folder(const link::incoming& r) const;
  index_service::answer replies(const link::incoming& r) const;

  hub& hub_;
  link& link_;
};

} // namespace acpd::net
