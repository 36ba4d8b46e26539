#include "server/agent/shim_dir.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/index_access.h"
#include "server/net/replay.h"
#include "server/net/rows.h"
#include "server/wire/known_agents.h"

#include <algorithm>
#include <limits>
#include <set>

namespace acpd::net {

namespace {

/// The folder of a shim row: STATE/shims/<row>-<random>.
std::string shim_dir(const std::vector<std::filesystem::path>& dirs, std::int64_t row) {
  const std::string prefix = std::to_string(row) + "-";
  for (const auto& dir : dirs)
    if (dir.filename().string().starts_with(prefix)) return dir;
  return {};
}

} // namespace

/// As the last daemon left it: sessions, open turns and questions, and the shims, which are found
/// again and go on where its commits ended.
void hub::recover(store::recovered found) {
  std::map<std::int64_t, core::session_seed> seeds;
  for (const store::session_state& s : found.sessions)
    seeds[s.row.id] = seed_of(s);
  std::ranges::sort(found.turns, {}, [](const store::turn_row& t) {
    return std::pair(t.state == store::turn_state::running ? 0 : 1, t.id);
  });
  for (const store::turn_row& t : found.turns)
    if (auto at = seeds.find(t.session); at != seeds.end())
      at->second.open_turns.push_back(turn_of(t));
  for (const store::question_row& q : found.questions)
    if (auto at = seeds.find(q.session); at != seeds.end())
      at->second.questions.push_back(question_of(q, at->second.version));
  std::map<std::int64_t, std::map<std::uint64_t, std::string>> unsent;
  for (const store::shim_row& s : found.shims) {
    auto at = seeds.find(s.session);
    if (!s.ready || at == seeds.end()) continue;
    at->second.shim = s.id;
    at->second.next_n = s.next_n;
    for (const store::outgoing_row& o : found.outgoing) {
      if (o.shim != s.id) continue;
      at->second.next_n = std::max(at->second.next_n, o.n + 1);
      at->second.calls[o.n] = {from_store(o.kind), o.ref, o.key, !o.key.empty(), o.method, {}};
      unsent[s.id][o.n] = o.line;
    }
  }
  for (store::session_state& s : found.sessions) {
    session_host& host = add(std::move(seeds[s.row.id]));
    host.archived = s.row.archived;
    host.created_ms = s.row.created_ms;
    host.updated_ms = s.row.updated_ms;
    host.last_at_ms = s.last_at_ms;
    host.folded = s.folded;
  }
  std::set<std::string> used;
  for (const auto& [id, host] : sessions_)
    if (used.insert(host->core.data().agent).second)
      if (const auto agent = wire::find_agent(config, host->core.data().agent))
        facts(*agent, [](const auto&) {}); // from now on it is known what they take
  for (const store::shim_row& s : found.shims)
    adopt(s, std::move(unsent[s.id]));
  // Turns whose agent left no trace; queued prompts go on.
  for (auto& [id, host] : sessions_) {
    if (host->agent || host->core.quiet()) continue;
    constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
    step(*host, core::agent_exited{"is gone (the machine was restarted, or its shim was killed)",
                                   all, all});
  }
  log.flush();
}

void hub::adopt(const store::shim_row& row, std::map<std::uint64_t, std::string> unsent) {
  std::string dir = shim_dir(agent::list_shims(paths.state_dir), row.id);
  if (dir.empty()) dir = paths.state_dir / "shims" / std::to_string(row.id);
  auto made = std::make_shared<agent_link>(*this, row.id, row.agent, dir);
  agents[row.id] = made;
  session_host* host = find(row.session);
  if (!row.ready || !host) {
    made->discard();
    if (host && (host->core.running() || !host->core.queue().empty()))
      return; // recover() starts another
    return;
  }
  host->agent = made;
  made->serve(*host);
  index_tokens->adopt(*made, *host);
  spdlog::info("session={} agent={} shim={} found again", host->core.data().sid, row.agent, row.id);
  made->adopt(row.offset, std::move(unsent));
  read_what_is_shown(made, *host);
  // Files and terminals that were asked for are seen to again; a write that an editor may have done
  // is not.
  for (const auto& [id, q] : std::map(host->core.questions())) {
    if (q.kind == core::question_kind::terminal)
      made->serve_terminal(q);
    else if (q.kind == core::question_kind::file || q.kind == core::question_kind::extension)
      asio::post(io, [this, session = row.session, q] {
        if (session_host* there = find(session)) unanswered(*there, q);
      });
  }
}

/// What is shown of the agent depends on more than its next lines: its terminals, and, for v1
/// editors of a v2 agent, the turn so far. It is heard when that is known.
void hub::read_what_is_shown(const std::shared_ptr<agent_link>& process, const session_host& host) {
  struct known {
    std::string terminals;
    std::unique_ptr<entry_view> view;
    std::vector<std::string> calls; // updates of tool calls in a v1 agent's turn
  };
  const core::session_seed& s = host.core.data();
  std::unique_ptr<entry_view> view;
  if (s.version == protocol::acp_version::v2)
    view = std::make_unique<entry_view>(protocol::acp_version::v1, host.core.quoted_sid(),
                                        log.epoch(), facts_of(s));
  pool.read(
      [owner = terminals_owner(process->id()), session = s.id, next = host.log.committed + 1,
       runs = host.core.running().has_value(), view = std::move(view)](store::reader& db) mutable {
        known found{db.secret(owner).value_or(""), std::move(view), {}};
        if (found.view)
          prime_turn(*found.view, db, session, next);
        else if (runs)
          found.calls = calls_of_turn(db, session, next);
        return found;
      },
      [this, process, session = s.id](known found) {
        session_host* there = find(session);
        if (there && there->agent == process) {
          if (!found.terminals.empty()) there->core.restore_terminals(found.terminals);
          for (const std::string& call : found.calls)
            there->core.recall(call);
          process->watch_terminals();
          if (found.view) there->log.continue_with(std::move(found.view));
        }
        process->reconnect();
      });
}

} // namespace acpd::net
