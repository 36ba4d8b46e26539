#include "protocol/crash_point.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/link.h"
#include "server/net/rows.h"
#include "server/store/folds.h"

namespace acpd::net {

/// Turns the core's actions into rows and effects, in order. One step's worth.
struct apply_actions {
  hub& h;
  session_host& host;

  store::entry entry(core::entry_kind kind, std::string_view line, const protocol::splice& where,
                     std::uint64_t seq, std::uint64_t turn, std::uint64_t process, std::int64_t ref,
                     protocol::acp_version version) const {
    store::entry e;
    e.session = host.core.data().id;
    e.seq = seq;
    e.kind = to_store(kind);
    e.at_ms = host.last_at_ms;
    e.turn = turn;
    e.process = process;
    e.splice = where.pack();
    e.ref = ref;
    e.version = static_cast<std::uint8_t>(version);
    e.bytes = line;
    return e;
  }

  void operator()(core::log_line& a) {
    store::entry e = entry(a.kind, a.line, a.where, a.seq, a.turn, a.process, a.ref, a.version);
    e.message_id = a.message_id;
    h.log.append(host, e);
    fold_if_long(a.seq);
  }
  void operator()(core::log_own& a) {
    store::entry e = entry(a.kind, a.line, a.where, a.seq, a.turn, a.process, a.ref, a.version);
    e.message_id = a.message_id;
    h.log.append(host, e);
    fold_if_long(a.seq);
  }
  void operator()(core::save_session&) {
    host.updated_ms = host.last_at_ms;
    h.log.put(session_row_of(host));
    if (host.core.data().version == protocol::acp_version::v2) // it may work unasked
      h.log.after_commit([this_hub = &h] { this_hub->update_inhibitor(); });
  }
  void operator()(core::save_turn& a) {
    h.log.put(turn_row_of(a.value, host.core.data().id));
    h.log.after_commit([this_hub = &h] { this_hub->update_inhibitor(); });
  }
  void operator()(core::save_question& a) { h.log.put(question_row_of(a.value, host)); }
  void operator()(core::erase_question& a) { h.log.put(store::erase_question{a.id}); }
  void operator()(core::save_answer& a) {
    if (a.keyed)
      h.log.put(store::key_row{a.key, a.hash, host.core.data().id, a.turn, a.seq, !a.line.empty(),
                               a.line, a.line.empty() ? 0 : host.last_at_ms});
    if (a.line.empty() || a.turn) return; // prompts are answered from the log
    h.log.after_commit([this_hub = &h, key = std::move(a.key), line = std::move(a.line)] {
      ACPD_CRASH_POINT("net.reply");
      this_hub->answer(key, line);
    });
  }
  void operator()(core::durable&) { h.log.make_durable(); }
  void operator()(core::send& a) {
    const std::shared_ptr<agent_link> to = host.agent;
    if (!to) return;
    store::outgoing_row row{to->id(), a.n,      to_store(a.kind), a.ref,
                            a.key,    a.method, a.line,           a.secret};
    if (a.secret) {
      h.log.put(store::put_secret{outgoing_owner(to->id(), a.n), a.line});
      row.line.clear();
    }
    h.log.put(std::move(row));
    h.log.after_commit([to, n = a.n, line = std::move(a.line)]() mutable {
      ACPD_CRASH_POINT("net.forward");
      to->send(n, std::move(line));
    });
  }
  void operator()(core::forget_sent& a) {
    if (!host.agent) return;
    h.log.put(store::erase_outgoing{host.agent->id(), a.n});
    h.log.put(store::erase_secrets{outgoing_owner(host.agent->id(), a.n)});
  }
  void operator()(core::start_agent&) { h.start_agent(host); }
  void operator()(core::stop_agent&) {
    if (!host.agent) return;
    auto old = std::exchange(host.agent, nullptr);
    old->unbind();
    h.log.put(old->row(false)); // nobody's: ended by the next daemon, should this one not get to it
    h.log.after_commit([old] { old->stop(); });
  }
  void operator()(core::ask& a) {
    h.log.after_commit([this_hub = &h, session = host.core.data().id, q = std::move(a.value)] {
      if (session_host* there = this_hub->find(session);
          there && there->core.questions().contains(q.id))
        this_hub->serve(*there, q);
    });
  }
  void operator()(core::read_terminal& a) {
    if (host.agent) host.agent->read_terminal(a.terminal);
  }
  void operator()(core::save_terminals& a) {
    if (!host.agent) return; // the shim's row takes it along
    const std::string owner = terminals_owner(host.agent->id());
    if (a.state.empty())
      h.log.put(store::erase_secrets{owner});
    else
      h.log.put(store::put_secret{owner, std::move(a.state)});
  }
  void operator()(core::turn_closed& a) { h.fold(host, a.to); }
  /// A long turn is folded as it goes, but not in the middle of a flood, which needs the processor:
  /// a while after there was enough to fold.
  void fold_if_long(std::uint64_t seq) {
    if (seq - host.folded < store::run_entries || host.fold_runs) return;
    const auto now = std::chrono::steady_clock::now();
    if (!host.fold_due) host.fold_due = now + std::chrono::seconds(2);
    if (now >= *host.fold_due) h.fold(host, seq);
  }
  void operator()(core::bury&) {
    h.log.put(store::bury_session{host.core.data().id});
    h.log.make_durable();
    h.drop_environment(host.core.data().id);
    h.log.after_commit([this_hub = &h, session = host.core.data().id] {
      if (session_host* there = this_hub->find(session)) this_hub->remove(*there);
    });
  }
};

/// Off the session thread, one at a time a session: the runs that have ended when `to` is
/// committed.
void hub::fold(session_host& host, std::uint64_t to) {
  host.fold_to = to;
  host.fold_due.reset();
  if (std::exchange(host.fold_runs, true)) return;
  log.after_commit([this, session = host.core.data().id, from = host.folded + 1, to] {
    pool.read([=](store::reader& r) { return r.fold(session, from, to); },
              [this, session, to](store::fold_row row) {
                session_host* there = find(session);
                if (!there) return;
                there->fold_runs = false;
                if (row.to) {
                  there->folded = row.to;
                  log.put(std::move(row));
                }
                if (there->fold_to > to) fold(*there, there->fold_to);
                log.flush();
              });
  });
}

void hub::apply(session_host& host, core::actions& todo) {
  apply_actions run{*this, host};
  for (core::action& a : todo)
    std::visit(run, a);
}

} // namespace acpd::net
