#include "server/core/lines.h"
#include "server/core/session.h"

#include <charconv>
#include <utility>

namespace acpd::core {

using namespace protocol;

void session::say(std::string_view text) { log_own_update(own_message(quoted_sid_, text)); }

/// A session/update that acpd made: an entry like an agent's own, so that every editor sees it and
/// a replay has it.
void session::log_own_update(std::string line, acp_version version, std::int64_t ref) {
  const splice where = splice_of(*scan(line), line);
  out_->push_back(log_own{entry_kind::own_update, std::move(line), where, next_seq(), turn_number(),
                          s_.processes, ref, version});
}

void session::on(const agent_line& e) {
  switch (e.e.kind) {
  case shape::notification:
    return e.e.method.in(e.line) == "session/update" ? on_update(e) : on_notification(e);
  case shape::request: return on_request(e);
  case shape::response: return on_response(e);
  }
}

namespace {

bool is_chunk(std::string_view variant) {
  return variant == "agent_message_chunk" || variant == "agent_thought_chunk" ||
         variant == "user_message_chunk";
}

bool has_boolean(std::string_view options) {
  bool any = false;
  for_each_element(options, [&](std::string_view option) {
    any = any || member(option, "type") == R"("boolean")";
  });
  return any;
}

entry_kind kind_of(std::string_view variant) {
  if (variant == "notice") return entry_kind::notice;
  return variant.starts_with("compaction_") ? entry_kind::gated : entry_kind::update;
}

} // namespace

void session::on_update(const agent_line& e) {
  const std::string_view variant = e.e.variant.in(e.line);
  if (speaks_v2() && on_v2_update(e, variant)) return;
  const bool chunk = is_chunk(variant);
  if (!chunk) {
    chunk_variant_.clear();
    note_state(e, variant);
  }
  const bool call = !chunk && !speaks_v2() && variant.starts_with("tool_call");
  const bool booleans = variant == "config_option_update" && has_boolean(s_.config_options);
  const std::uint64_t seq = next_seq();
  out_->push_back(log_line{kind_of(variant), e.line, splice_of(e.e, e.line),
                           chunk ? message_id(e, variant) : std::string_view(), seq, turn_number(),
                           s_.processes, booleans ? tells_boolean_options : 0, s_.version});
  if (!call) return;
  if (terminals_.concerns(e.line)) note_terminals(e);
  if (!beside_.note_call(e.e.update.in(e.line), running_.has_value())) return;
  beside_changed_ = true;
  tell_background();
  keep_terminals();
}

/// The message that a chunk belongs to: the agent's own id, or one that is minted whenever the
/// kind, the turn or the process changes, or something else came in between.
std::string_view session::message_id(const agent_line& e, std::string_view variant) {
  if (e.e.message_id) {
    chunk_variant_.clear();
    std::string_view raw = e.e.message_id.in(e.line);
    return raw.substr(1, raw.size() - 2);
  }
  if (variant != chunk_variant_ || chunk_turn_ != turn_number() || chunk_process_ != s_.processes) {
    chunk_variant_ = variant;
    chunk_turn_ = turn_number();
    chunk_process_ = s_.processes;
    chunk_id_ = "m" + std::to_string(s_.head + 1);
  }
  return chunk_id_;
}

/// Keeps what a client that attaches later must be told: mode, options, title, commands, progress.
void session::note_state(const agent_line& e, std::string_view variant) {
  const std::string_view update = e.e.update.in(e.line);
  if (e.e.params_meta)
    if (auto raw = member(e.e.params_meta.in(e.line), "acpd/progress"); !raw.empty())
      progress_ = raw;
  if (variant == "current_mode_update" && !s_.modes.empty()) {
    const std::string_view current = member(s_.modes, "currentModeId");
    const std::string_view now = member(update, "currentModeId");
    if (current.empty() || now.empty()) return;
    s_.modes.replace(static_cast<std::size_t>(current.data() - s_.modes.data()), current.size(),
                     now);
  } else if (variant == "config_option_update") {
    s_.config_options = member(update, "configOptions");
  } else if (variant == "session_info_update") {
    const std::string_view title = member(update, "title");
    if (!title.starts_with('"')) return;
    s_.title = unquote(title);
    s_.title_owed = false; // it has one of its own
  } else if (variant == "available_commands_update") {
    commands_ = member(update, "availableCommands");
    return;
  } else {
    return;
  }
  out_->push_back(save_session{});
}

void session::on_notification(const agent_line& e) {
  const std::string_view method = e.e.method.in(e.line);
  if (method == "$/cancel_request") {
    const std::string_view id = member(e.e.params.in(e.line), "requestId");
    for (auto at = questions_.begin(); at != questions_.end(); ++at) {
      if (at->second.raw_id != id) continue;
      question q = std::move(at->second);
      questions_.erase(at);
      if (speaks_v2() && asks_person(q.kind))
        answer_agent(q, declined(q.kind), {}, false);
      else
        answer_agent(q, {}, R"({"code":-32800,"message":"cancelled"})", false);
      if (!asks_person(q.kind)) return out_->push_back(erase_question{q.id});
      return settle(std::move(q), question_state::withdrawn, {});
    }
    return;
  }
  out_->push_back(log_line{entry_kind::agent_notification,
                           e.line,
                           splice_of(e.e, e.line),
                           {},
                           next_seq(),
                           turn_number(),
                           s_.processes,
                           0,
                           s_.version});
}

std::optional<question_kind> asks_for(std::string_view method, acp_version version) {
  if (method == "session/request_permission") return question_kind::permission;
  if (method == "elicitation/create") return question_kind::elicitation;
  // Agents of v2 read files and run terminals themselves.
  if (version == acp_version::v2 && (method.starts_with("fs/") || method.starts_with("terminal/")))
    return std::nullopt;
  if (method == "fs/read_text_file" || method == "fs/write_text_file") return question_kind::file;
  if (method.starts_with("terminal/")) return question_kind::terminal;
  // mcp/message: the agent calls an MCP server that lives in an editor.
  if (method.starts_with("_") || method == "mcp/message") return question_kind::extension;
  return std::nullopt;
}

void session::on_request(const agent_line& e) {
  const std::string_view method = e.e.method.in(e.line);
  question q;
  q.raw_id = e.e.id.in(e.line);
  q.method = method;
  const auto kind = asks_for(method, s_.version);
  if (!kind) {
    const std::string text =
        "acpd does not know the method " + std::string(method) + (speaks_v2() ? " in ACP v2" : "");
    send_line(send_kind::response, method, error_line(q.raw_id, method_not_found, text), 0);
    return;
  }
  q.id = e.question_id;
  q.kind = *kind;
  q.version = s_.version;
  q.state = question_state::pending;
  q.turn = turn_number();
  q.nonce = e.nonce;
  q.line = e.line;
  q.asked_ms = at_ms_;
  out_->push_back(save_question{q});
  if (asks_person(*kind)) {
    told_ = speaks_v2() ? std::string() : beside_.state();
    out_->push_back(log_line{entry_kind::question_asked, e.line, splice_of(e.e, e.line), told_,
                             next_seq(), q.turn, s_.processes, q.id, s_.version});
    if (running_ && running_->cancelled) { // asked after the cancel: nobody will look at it
      questions_.emplace(q.id, std::move(q));
      return cancel_questions();
    }
  } else {
    out_->push_back(ask{q});
  }
  questions_.emplace(q.id, std::move(q));
}

namespace {

/// The number in a response's id; 0: it is none of ours.
std::uint64_t number_of(std::string_view raw_id) {
  std::uint64_t n = 0;
  auto [end, bad] = std::from_chars(raw_id.data(), raw_id.data() + raw_id.size(), n);
  return bad == std::errc{} && end == raw_id.data() + raw_id.size() ? n : 0;
}

} // namespace

bool session::awaits(std::string_view raw_id) const { return s_.calls.contains(number_of(raw_id)); }

void session::on_response(const agent_line& e) {
  const std::uint64_t n = number_of(e.e.id.in(e.line));
  auto at = s_.calls.find(n);
  if (at == s_.calls.end()) return; // replies to nothing
  const call c = at->second;
  if (c.kind != send_kind::prompt && c.kind != send_kind::request) return;
  s_.calls.erase(at);
  out_->push_back(forget_sent{n});
  if (c.kind == send_kind::request && c.key.empty()) return on_title_answered(c);
  if (c.kind == send_kind::request) return on_request_answered(c, e);
  if (running_ && running_->id == c.ref) on_prompt_answered(e);
}

void session::on_request_answered(const call& c, const agent_line& e) {
  if (e.e.result) remember_choice(c, e.e.result.in(e.line));
  std::string answer = e.e.result ? result_line("null", e.e.result.in(e.line))
                                  : error_line("null", e.e.error.in(e.line));
  out_->push_back(save_answer{c.key, c.keyed, 0, std::move(answer)});
}

/// v1: the turn is over. v2: it begins, if the agent took the prompt.
void session::on_prompt_answered(const agent_line& e) {
  if (speaks_v2()) return e.e.result ? on_inserted(e) : on_refused(e);
  withdraw_all();
  turn t = std::move(*running_);
  running_.reset();
  std::string outcome = e.e.result ? unquote(member(e.e.result.in(e.line), "stopReason")) : "error";
  std::string told; // as the agent says
  if (t.cancelled && outcome != "cancelled") {
    told = as_cancelled(e.line);
    outcome = "cancelled";
  }
  end(std::move(t), turn_state::ended, std::move(outcome), e.line, std::move(told));
  start_next();
}

void session::remember_choice(const call& c, std::string_view result) {
  if (c.params.empty()) return;
  const std::string_view option = member(c.params, "configId");
  std::erase_if(s_.chosen, [&](const choice& old) {
    return old.method == c.method && member(old.params, "configId") == option;
  });
  s_.chosen.push_back({c.method, c.params, s_.version});
  if (c.method == "session/set_mode" && !s_.modes.empty()) {
    const std::string_view current = member(s_.modes, "currentModeId");
    if (!current.empty())
      s_.modes.replace(static_cast<std::size_t>(current.data() - s_.modes.data()), current.size(),
                       member(c.params, "modeId"));
  }
  if (auto options = member(result, "configOptions"); !options.empty()) s_.config_options = options;
  out_->push_back(save_session{});
}

// ---- the agent's life

namespace {

/// A prompt whose agents keep ending before they have it is given up: else they would be started
/// for ever.
constexpr int max_attempts = 3;

} // namespace

void session::on(const agent_ready& e) {
  agent_ = agent_state::ready;
  if (s_.version != e.version) { // the options were in the other version's words
    s_.modes.clear();
    s_.config_options.clear();
    s_.version = e.version;
  }
  s_.agent_sid = e.agent_sid;
  if (!e.modes.empty()) s_.modes = e.modes;
  if (!e.config_options.empty()) s_.config_options = e.config_options;
  out_->push_back(save_session{});
  if (e.fresh_after_loss)
    say("acpd: the agent could not restore this conversation, so it starts without its earlier "
        "context. "
        "What was said before is still shown here.");
  if (!e.commands.empty() && e.commands != commands_) tell_commands(e.commands);
  for (const waiting_request& w : std::exchange(waiting_, {}))
    pass(w.line, *scan(w.line), w.key, w.keyed);
  tell_title();
  start_next();
}

void session::on(const agent_failed& e) {
  agent_ = agent_state::none;
  s_.shim = 0;
  terminals_ = {};
  s_.calls.clear();
  if (e.lost_choice) s_.chosen.clear();
  for (const waiting_request& w : std::exchange(waiting_, {}))
    out_->push_back(save_answer{w.key, w.keyed, 0,
                                e.error.empty() ? error_line("null", internal_error, e.text)
                                                : error_line("null", e.error)});
  while (!queue_.empty()) {
    turn t = std::move(queue_.front());
    queue_.pop_front();
    end(std::move(t), turn_state::ended, "error", {},
        e.error.empty() ? error_line("null", internal_error, e.text) : error_line("null", e.error));
  }
}

void session::on(const agent_exited& e) {
  withdraw_all();
  for (const auto& [n, c] : std::exchange(s_.calls, {}))
    if (c.kind == send_kind::request)
      out_->push_back(
          save_answer{c.key, c.keyed, 0,
                      error_line("null", internal_error, "the agent " + e.how + "; try again")});
  agent_ = agent_state::none;
  s_.shim = 0;
  end_background();
  forget_state("error");
  if (running_) interrupt(e);
  out_->push_back(save_session{});
  start_next();
}

/// The agent ended in the middle of a turn, or before it had the prompt.
void session::interrupt(const agent_exited& e) {
  turn t = std::move(*running_);
  if (t.sent_as > e.started && !t.cancelled && ++t.attempts < max_attempts) { // it never had it
    running_.reset();
    t.state = turn_state::queued;
    out_->push_back(save_turn{t});
    out_->push_back(durable{});
    queue_.push_front(std::move(t));
    return;
  }
  const bool unknown = t.sent_as > e.written && t.sent_as <= e.started;
  const std::string text =
      "acpd: the agent " + e.how + " in the middle of this turn. " +
      (unknown ? "It is not known whether it got the prompt." : "The turn was interrupted.") +
      " The next prompt starts it again.";
  give_up(std::move(t), unknown ? "outcome_unknown" : "interrupted", text);
  running_.reset();
}

void session::on(const agent_progress& e) {
  for (auto at = s_.calls.begin(); at != s_.calls.end() && at->first <= e.written;) {
    const bool answer_due = at->second.kind == send_kind::prompt ||
                            at->second.kind == send_kind::request ||
                            at->second.kind == send_kind::handshake;
    if (answer_due) {
      ++at;
      continue;
    }
    out_->push_back(forget_sent{at->first});
    at = s_.calls.erase(at);
  }
  written_ = e.written;
}

} // namespace acpd::core
