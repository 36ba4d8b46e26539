#include "clients/cli/commands.h"
#include "clients/cli/conversation.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/interrupts.h"
#include "clients/cli/output.h"
#include "clients/cli/sessions.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string_view>

namespace acpd::cli {
namespace {

constexpr int look_every_ms = 250;

/// How --wait ends for a session with nothing to do. Agents' own stop reasons are kept apart by
/// `log`.
int code_of_outcome(const std::string& state, const std::string& outcome) {
  if (outcome == "cancelled") return cancelled;
  return state == "idle" && (outcome.empty() || outcome == "end_turn") ? ok : failed;
}

/// Of ACP v2's own updates some become nothing in v1: states, terminals that no call shows, whole
/// messages that change nothing.
bool is_always_shown(json_view update) {
  constexpr std::string_view perhaps[] = {"state_update",          "terminal_update",
                                          "terminal_output_chunk", "user_message",
                                          "agent_message",         "agent_thought"};
  return std::ranges::find(perhaps, update["sessionUpdate"].text()) == std::end(perhaps);
}

/// Follows one session on the screen.
class watcher {
public:
  watcher(conversation& talk, std::string session, bool wait)
      : talk_(talk), session_(std::move(session)), wait_(wait) {}

  int watch() {
    for (;;) {
      switch (talk_.peer().wait(wait_ ? look_every_ms : -1, talk_.input_fd())) {
      case woken::message: talk_.show(talk_.peer().take()); break;
      case woken::other_input: talk_.read_answer(); break;
      case woken::timeout:
        if (const auto code = look()) return *code;
        break;
      case woken::interrupted: // a detach: nothing is cancelled
        talk_.finish();
        return wait_ ? cancelled : ok;
      case woken::lost:
        if (auto again = talk_.recover(); !again) return report(again.error());
        break;
      }
    }
  }

private:
  std::string params(const std::string& more = {}) const {
    return R"({"sessionId":)" + protocol::quoted(session_) + more + "}";
  }

  /// The exit code when the session has ended its work and all of it has been shown.
  std::optional<int> look() {
    const auto now = talk_.peer().call("_acpd/session/status", params());
    if (!now)
      return now.error().code == no_daemon_failure ? std::nullopt
                                                   : std::optional(report(now.error()));
    const std::string state = now->result()["state"].text();
    const bool ended =
        state == "interrupted" || (state == "idle" && now->result()["queued"].number_or(0) == 0);
    if (!ended || !all_shown()) return std::nullopt;
    talk_.finish();
    return code_of_outcome(state, now->result()["outcome"].text());
  }

  /// Whether the log has no update behind our cursor that we are sent. Entries of other kinds are
  /// not all sent to us, nor what ACP v1 has no word for.
  bool all_shown() {
    const auto log = talk_.peer().call(
        "_acpd/log", params(R"(,"from":)" + std::to_string(talk_.cursor().seq + 1)));
    if (!log) return false;
    bool behind = false;
    log->result()["entries"].each([&](json_view entry) {
      const bool is_update = entry["frame"]["method"].text() == "session/update" &&
                             is_always_shown(entry["frame"]["params"]["update"]);
      behind |= is_update && entry["seq"].number_or(0) > talk_.cursor().seq;
    });
    return !behind;
  }

  conversation& talk_;
  std::string session_;
  bool wait_;
};

} // namespace

int attach(const common_options& common, const attach_options& o) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  interrupts counted;
  conversation talk(common, *where);
  if (auto done = talk.connect(); !done) return report(done.error());
  const auto session = find_session(talk.peer(), o.session);
  if (!session) return report(session.error());
  talk.follow(session->id, session->cwd);
  if (!common.json)
    std::fprintf(stderr, "session %s (%s), %s\n", session->id.c_str(), session->agent.c_str(),
                 session->cwd.c_str());
  std::optional<log_cursor> from;
  if (o.from > 0) from = log_cursor{session->epoch, o.from - 1};
  if (auto done = talk.load(from); !done) return report(done.error());
  return watcher(talk, session->id, o.wait).watch();
}

} // namespace acpd::cli
