#include "clients/cli/commands.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/output.h"
#include "clients/cli/sessions.h"
#include "clients/cli/text.h"

#include <cstdio>
#include <filesystem>

namespace acpd::cli {
namespace {

struct chosen {
  client peer;
  session_item session;
};

protocol::result<chosen> open_session(const common_options& common, const std::string& wanted) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return std::unexpected(where.error());
  auto c = client::open(*where, false);
  if (!c) return std::unexpected(c.error());
  auto session = find_session(*c, wanted);
  if (!session) return std::unexpected(session.error());
  return chosen{*std::move(c), *std::move(session)};
}

std::string session_param(const session_item& s) {
  return R"({"sessionId":)" + protocol::quoted(s.id) + "}";
}

/// One verb on one session. `words` is what a person reads after the session's id.
int act(const common_options& common, const std::string& wanted, std::string_view method,
        std::string_view words) {
  auto on = open_session(common, wanted);
  if (!on) return report(on.error());
  const auto answer = on->peer.call(method, session_param(on->session));
  if (!answer) return report(answer.error());
  write_out(common.json ? session_param(on->session) + "\n"
                        : on->session.id + " " + std::string(words) + "\n");
  return ok;
}

std::string span_text(std::int64_t ms) {
  const std::int64_t minutes = ms / 60'000;
  if (minutes < 1) return std::to_string(ms / 1000) + " s";
  if (minutes < 60) return std::to_string(minutes) + " min";
  return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

std::string status_text(json_view s) {
  std::vector<std::vector<std::string>> rows{
      {"daemon", "acpd " + printable(s["version"].text()) + ", pid " + std::string(s["pid"].raw) +
                     ", up " + span_text(s["uptimeMs"].number_or(0))},
      {"socket", printable(s["socket"].text())},
      {"state", printable(s["stateDir"].text())},
      {"clients", std::string(s["clients"].raw)},
      {"sessions", std::string(s["sessions"].raw)}};
  s["agents"].each([&](json_view a) {
    rows.push_back({"agent", printable(a["agent"].text()) + ", pid " +
                                 std::string(a["agentPid"].raw) +
                                 (a["sessionId"] ? ", session " + a["sessionId"].text() : "")});
  });
  if (s["trouble"]) rows.push_back({"trouble", printable(s["trouble"].text())});
  return table(rows);
}

bool has_shims(const wire::paths& where) {
  std::error_code ec;
  const std::filesystem::directory_iterator shims(where.state_dir / "shims", ec);
  return !ec && shims != std::filesystem::directory_iterator();
}

} // namespace

int cancel(const common_options& common, const std::string& wanted) {
  auto on = open_session(common, wanted);
  if (!on) return report(on.error());
  const auto answer = on->peer.call("_acpd/session/cancel", session_param(on->session));
  if (!answer) return report(answer.error());
  const std::int64_t turns = answer->result()["cancelled"].number_or(0);
  if (common.json)
    write_out(R"({"sessionId":)" + protocol::quoted(on->session.id) + R"(,"cancelled":)" +
              std::to_string(turns) + "}\n");
  else
    write_out(on->session.id + (turns == 0 ? ": nothing was running\n"
                                : turns == 1
                                    ? ": 1 turn cancelled\n"
                                    : ": " + std::to_string(turns) + " turns cancelled\n"));
  return ok;
}

int close(const common_options& common, const std::string& session) {
  return act(common, session, "_acpd/session/close",
             "closed; `acpctl attach` or an editor opens it again");
}

int remove(const common_options& common, const std::string& session) {
  return act(common, session, "session/delete", "deleted");
}

int status(const common_options& common) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  auto c = client::open(*where, false);
  if (!c) return report(c.error());
  const auto answer = c->call("_acpd/status", "{}");
  if (!answer) return report(answer.error());
  write_out(common.json ? std::string(answer->result().raw) + "\n" : status_text(answer->result()));
  return ok;
}

int stop(const common_options& common, bool agents) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  auto c = client::open(*where, false);
  // Agents live without a daemon, but only a daemon ends them in order.
  if (!c && c.error().code == no_daemon_failure && agents && has_shims(*where))
    c = client::open_or_start(*where, common.flags.config, false);
  if (!c && c.error().code == no_daemon_failure) {
    write_out(common.json ? "{\"stopped\":false}\n" : "no daemon is running\n");
    return ok;
  }
  if (!c) return report(c.error());
  const auto answer = c->call("_acpd/stop", agents ? R"({"agents":true})" : "{}");
  if (!answer && answer.error().code != no_daemon_failure) return report(answer.error());
  // Its connection ends when it has closed its database: then a new one may start.
  for (woken w = c->wait(-1); w != woken::lost && w != woken::interrupted; w = c->wait(-1))
    if (w == woken::message) c->take();
  write_out(common.json ? "{\"stopped\":true}\n"
            : agents
                ? "the daemon and its agents have stopped\n"
                : "the daemon has stopped; its agents go on: `acpctl stop --agents` ends them\n");
  return ok;
}

} // namespace acpd::cli
