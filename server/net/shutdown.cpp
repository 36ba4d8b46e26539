#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/index_service.h"
#include "server/net/link.h"
#include "server/net/remote_clients.h"

#include <csignal>
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

namespace acpd::net {

/// The order of the end: no new clients (the listener is closed), clients told, agents stopped if
/// that was asked for and else left with their shims, what is written committed, the loop ended.
void hub::shutdown(bool with_agents, bool asked) {
  if (stopping) return;
  stopping = true;
  spdlog::info("ending; agents {}", with_agents ? "are stopped" : "go on");
  if (with_agents)
    for (auto& [id, host] : sessions_)
      if (host->agent) step(*host, core::close_in{});
  log.flush();
  for (auto& l : std::vector(links))
    l->goodbye(asked);
  finish_shutdown(std::make_shared<asio::steady_timer>(io), 0);
}

/// Waits for the journal, and for agents that were told to stop, a bounded time.
void hub::finish_shutdown(std::shared_ptr<asio::steady_timer> timer, int tries) {
  bool stopping_agents = false;
  for (auto& [id, a] : agents)
    stopping_agents = stopping_agents || !a->usable();
  const bool wait =
      !log.drained() || (stopping_agents && tries < 400) || (!links.empty() && tries < 20);
  if (wait && tries < 1000) {
    timer->expires_after(std::chrono::milliseconds(10));
    timer->async_wait([this, timer, tries](error_code) { finish_shutdown(timer, tries + 1); });
    return;
  }
  for (auto& l : std::vector(links))
    l->close();
  for (auto& [id, a] : agents)
    a->detach();
  if (inhibitor_ > 0) ::kill(inhibitor_, SIGTERM);
  index->stop();
  io.stop();
}

void hub::close() {
  pool.stop();
  log.close();
}

void hub::update_inhibitor() {
  const bool busy = std::ranges::any_of(
      sessions_, [](const auto& s) { return s.second->core.running() || s.second->core.busy(); });
  if (busy == (inhibitor_ > 0) || inhibitor_ < 0) return;
  if (!busy) {
    ::kill(inhibitor_, SIGTERM);
    ::waitpid(inhibitor_, nullptr, 0);
    inhibitor_ = 0;
    return;
  }
  const char* argv[] = {"systemd-inhibit", "--what=idle:sleep",
                        "--who=acpd",      "--why=a coding agent is at work",
                        "--mode=block",    "sleep",
                        "infinity",        nullptr};
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (int fd = 0; fd < 3; ++fd)
    posix_spawn_file_actions_addopen(&files, fd, "/dev/null", 2, 0);
  if (::posix_spawnp(&inhibitor_, argv[0], &files, nullptr, const_cast<char**>(argv), environ) != 0)
    inhibitor_ = -1; // there is none
  posix_spawn_file_actions_destroy(&files);
}

std::string hub::status_json() const {
  std::string out =
      R"({"version":")" ACPD_VERSION R"(","pid":)" + std::to_string(::getpid()) + R"(,"epoch":")" +
      log.epoch() + R"(","stateDir":)" + protocol::quoted(paths.state_dir.string()) +
      R"(,"socket":)" + protocol::quoted(paths.socket.string()) + R"(,"uptimeMs":)" +
      std::to_string(now_ms() - started_ms) + R"(,"clients":)" + std::to_string(links.size()) +
      R"(,"sessions":)" + std::to_string(sessions_.size());
  if (!remote->address().empty()) out += R"(,"listen":)" + protocol::quoted(remote->address());
  if (!trouble.empty()) out += R"(,"trouble":)" + protocol::quoted(trouble);
  out += R"(,"agents":[)";
  bool first = true;
  for (const auto& [id, a] : agents) {
    if (!std::exchange(first, false)) out += ',';
    out += "{";
    if (a->host()) out += R"("sessionId":)" + std::string(a->host()->core.quoted_sid()) + ",";
    out += R"("agent":)" + protocol::quoted(a->agent_name()) + R"(,"shimPid":)" +
           std::to_string(a->hello().shim_pid) + R"(,"agentPid":)" +
           std::to_string(a->hello().agent_pid) + "}";
  }
  return out + "]}";
}

} // namespace acpd::net
