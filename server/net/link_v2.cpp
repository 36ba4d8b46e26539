// What ACP v2 has otherwise than v1, and what both have of the unstable set.
#include "protocol/acp_v2.h"
#include "protocol/convert.h"
#include "protocol/errors.h"
#include "server/core/lines.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/link.h"
#include "server/net/rows.h"
#include "server/net/session_views.h"

namespace acpd::net {

using namespace protocol;
using wire::bridge_frame;

// ---- prompts: answered when they have become part of the conversation

/// A prompt that is under way, asked about again. True: it is in the conversation, and this
/// client's cursor has passed that place, so that no entry will say it.
bool link::answer_if_inserted(const incoming& r, session_host& host, const core::turn& t) {
  if (host.core.data().version == acp_version::v2) { // its agent says when
    if (t.inserted) answer(r.raw_id, r.n, prompt_answer(t.message_id));
    return t.inserted;
  }
  const bool started = t.state == core::turn_state::running && t.started_seq != 0;
  if (!started || attached_[host.core.data().id].cursor < t.started_seq) return false;
  answer(r.raw_id, r.n, prompt_answer(v2::prompt_message_id(t.id)));
  return true;
}

/// One that has ended.
void link::answer_known_prompt(const store::key_row& row, const incoming& r) {
  hub_.pool.read([turn = row.turn](store::reader& db) { return db.turn(turn); },
                 [self = shared_from_this(), k = kept(r), session = row.session, turn = row.turn,
                  told = row.answer](const std::optional<store::turn_row>& t) {
                   if (t && !t->message_id.empty()) // as a v2 agent has said
                     return self->answer(k.raw_id, k.n, prompt_answer(t->message_id));
                   const session_host* host = self->hub_.find(session);
                   const bool by_agent = host && host->core.data().version == acp_version::v2;
                   if (t && t->sent_as != 0 && !by_agent)
                     return self->answer(k.raw_id, k.n, prompt_answer(v2::prompt_message_id(turn)));
                   const auto e = scan(told);
                   if (e && e->error) return self->answer(k.raw_id, k.n, told);
                   self->reply_error(k, request_cancelled,
                                     "cancelled before it became part of the conversation");
                 });
}

// ---- what is passed on to an agent of the other version

/// The answer to `r`, whenever it comes, will be in the words of the session's agent.
void link::note_agents_words(const incoming& r, const session_host& host) {
  const bool same = host.core.data().version == version_ && abilities_.boolean_options;
  if (same) return;
  const auto at = open_requests_.find(r.raw_id);
  if (at != open_requests_.end()) at->second.session = host.core.data().id;
}

std::string link::in_own_words(const open_request& request, std::string_view line) {
  const session_host* host = hub_.find(request.session);
  const auto e = scan(line);
  if (!host || !e || !e->result) return std::string(line);
  const bool converted = host->core.data().version != version_;
  if (converted && request.method == "session/set_mode") return core::result_line("null", "{}");
  // Modes and options are one list in v2 and two in v1: the answer is made of what is known now.
  if (request.method != "session/set_config_option") return std::string(line);
  std::string facts = session_facts_for(*host, version_, abilities_.boolean_options);
  const std::string_view options = member(facts, "configOptions");
  return core::result_line("null", R"({"configOptions":)" +
                                       std::string(options.empty() ? "[]" : options) + "}");
}

// ---- session/resume

std::string link::state_line(const session_host& host) const {
  v2::session_state now;
  const std::string_view state = state_of(host);
  if (state == "running") now.now = v2::activity::running;
  if (state == "requires_action") now.now = v2::activity::requires_action;
  const std::string background = host.core.background();
  now.background = background;
  std::string line;
  v2::state_update(line, host.core.quoted_sid(), now);
  return line;
}

/// The state as it is now, behind all that was replayed and before the response (v1: in it).
void link::respond_with_state(session_host& host, attachment& a) {
  if (v2()) emit(bridge_frame::data, a.slot, 0, 0, state_line(host) + "\n");
  respond(host, a);
}

void link::resume_v2(const incoming& r, session_host& host) {
  const std::uint64_t head = host.log.committed;
  const std::string_view from = r.param("replayFrom");
  if (auto cut = cut_replays_.find(r.n); r.n && cut != cut_replays_.end())
    return compacted(r, host, std::min(cut->second.first, head), cut->second.second + 1);
  const std::string type = unquote(member(from, "type"));
  if (type == "start") return compacted(r, host, head, 0);
  if (type == "_acpd/seq") return resume_tail(r, host, from);
  if (!from.empty() && from != "null")
    return reply_error(r, invalid_params,
                       "params.replayFrom: acpd replays from {\"type\":\"start\"} and from "
                       "{\"type\":\"_acpd/seq\",\"epoch\",\"seq\"}, not from this one");
  attachment& a = attach(host, head);
  a.due = due_response{head, r.raw_id, r.n, attach_result(host, head)};
  a.ask_pending = true;
  pump();
}

// ---- the rest

/// Unlike v1's, which editors send when a tab closes, this one says that the work is to stop; what
/// is not there is closed already.
void link::close_v2(const incoming& r) {
  if (!r.e.session_id) return reply_error(r, invalid_params, "params.sessionId: expected a string");
  session_host* host = hub_.find(unquote(r.e.session_id.in(r.line)));
  if (!host) return reply_result(r, "{}");
  if (!session_of(r)) return; // another agent's: answered
  stop_and_answer(r, *host);
}

void link::stop_and_answer(const incoming& r, session_host& host) {
  hub_.step(host, core::close_in{});
  hub_.log.after_commit([self = shared_from_this(), k = kept(r), id = host.core.data().id] {
    session_host* there = self->hub_.find(id);
    const auto at = self->attached_.find(id);
    if (!there || at == self->attached_.end() || at->second.due) return self->reply_result(k, "{}");
    at->second.due = due_response{.at = there->log.committed,
                                  .raw_id = k.raw_id,
                                  .n = k.n,
                                  .result = "{}",
                                  .what = due_response::of::close};
    self->pump();
  });
}

void link::status(const incoming& r, session_host& host) {
  const bool open = host.agent != nullptr || host.core.running() || !host.core.queue().empty();
  if (!open) return reply_result(r, R"({"status":"saved"})");
  if (!v2()) return reply_result(r, R"({"status":"open"})");
  const std::string line = state_line(host);
  std::string state;
  for_each_member(scan(line)->update.in(line), [&](std::string_view key, std::string_view value) {
    if (key == "sessionUpdate") return;
    ((((state += state.empty() ? "{\"" : ",\"") += key) += "\":")) += value;
  });
  reply_result(r, R"({"status":"open","state":)" + state + "}}");
}

/// A v1 agent's terminals are acpd's. How it ended is told when it has.
void link::cancel_terminal(const incoming& r, session_host& host) {
  if (host.core.data().version == acp_version::v2) return pass_on(r, host);
  const std::string name = unquote(r.param("terminalId"));
  if (!host.agent || !host.agent->end_terminal(core::terminal_number(name)))
    return reply_error(r, invalid_params,
                       "params.terminalId: no terminal \"" + name + "\" runs in this session");
  reply_result(r, "{}");
}

/// Out of the list, and closed; its log stays.
void link::archive(const incoming& r, session_host& host) {
  host.archived = true;
  stop_and_answer(r, host); // saves the row
}

void link::unarchive(const incoming& r, session_host& host) {
  host.archived = false;
  hub_.log.put(session_row_of(host));
  hub_.log.make_durable();
  hub_.log.after_commit([self = shared_from_this(), k = kept(r), id = host.core.data().id] {
    if (const session_host* there = self->hub_.find(id)) self->hub_.watching.changed(*there);
    self->reply_result(k, "{}");
  });
}

void link::set_title(const incoming& r, session_host& host) {
  const auto title = title_in(r.param("title"));
  if (!title) return reply_error(r, title.error().code, title.error().text);
  hub_.rename(host, *title);
  hub_.log.after_commit([self = shared_from_this(), k = kept(r), title = *title] {
    self->reply_result(k, R"({"title":)" + protocol::quoted(title) + "}");
  });
}

} // namespace acpd::net
