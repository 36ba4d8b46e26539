#include "server/net/entry_view.h"

#include "protocol/acp_v2.h"
#include "protocol/errors.h"
#include "server/core/lines.h"
#include "server/core/terminal_views.h"
#include "server/core/types.h"

#include <charconv>
#include <ctime>

namespace acpd::net {

using protocol::acp_version;
using store::entry_kind;

namespace {

piece piece_of(entry_kind kind) {
  using enum entry_kind;
  switch (kind) {
  case update:
  case own_update:
  case agent_notification: return piece::plain;
  case user_message: return piece::user_message;
  case turn_started:
  case prompt_inserted: return piece::silent;
  case turn_ended: return piece::turn_ended;
  case question_asked: return piece::question_asked;
  case question_settled: return piece::question_settled;
  case notice: return piece::notice;
  case gated: return piece::gated;
  }
  return piece::silent;
}

void append_number(std::string& out, std::uint64_t n) {
  char digits[20];
  auto [end, ec] = std::to_chars(digits, digits + sizeof digits, n);
  out.append(digits, end);
}

/// The members of _meta, without braces; the last time's text is kept, since many entries share it.
void append_meta(std::string& out, const store::entry& e, std::string_view epoch) {
  thread_local std::int64_t last_ms = -1;
  thread_local std::string last_text;
  if (e.at_ms != last_ms) {
    last_ms = e.at_ms;
    last_text = iso_time(e.at_ms);
  }
  out.append(R"("acpd/seq":)");
  append_number(out, e.seq);
  out.append(R"(,"acpd/epoch":")").append(epoch).append(R"(","acpd/at":")").append(last_text);
  out.append("\"");
  if (!e.turn) return;
  out.append(R"(,"acpd/turn":)");
  append_number(out, e.turn);
}

/// One line with its session id and number.
void put_line(std::string& out, std::string_view line, const protocol::splice& where,
              const store::entry& e, std::string_view quoted_sid, std::string_view epoch) {
  thread_local std::string meta;
  meta.clear();
  append_meta(meta, e, epoch);
  protocol::render(out, line, where, quoted_sid, meta);
  out.push_back('\n');
}

/// For v1 editors the text of the terminals follows in an entry of acpd's own.
bool shows_terminals(const store::entry& e) {
  return e.kind == entry_kind::update && e.ref == core::names_terminal;
}

bool is_terminals_text(const store::entry& e) {
  return e.kind == entry_kind::own_update && e.ref == core::names_terminal;
}

void put_logged(std::string& out, const store::entry& e, std::string_view quoted_sid,
                std::string_view epoch) {
  if (!shows_terminals(e))
    return put_line(out, e.bytes, protocol::splice::unpack(e.splice), e, quoted_sid, epoch);
  const std::string line = core::without_terminals(e.bytes);
  const auto at = protocol::scan(line);
  put_line(out, line, at ? protocol::splice_of(*at, line) : protocol::splice(), e, quoted_sid,
           epoch);
}

/// The response to a prompt as v1 editors get it.
std::string_view response_of(const store::entry& e, std::string& buffer) {
  if (!core::is_told_as_cancelled(e.message_id)) return e.bytes;
  return buffer = core::as_cancelled(e.bytes);
}

acp_version version_of(const store::entry& e) { return static_cast<acp_version>(e.version); }

} // namespace

std::string prompt_answer(std::string_view message_id) {
  std::string result;
  protocol::v2::prompt_result(result, protocol::quoted(message_id));
  return core::result_line("null", result);
}

std::string iso_time(std::int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[48];
  const std::size_t n = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &parts);
  std::string out(text, n);
  const int rest = static_cast<int>(ms % 1000);
  out.push_back(static_cast<char>('0' + rest / 100));
  out.push_back(static_cast<char>('0' + rest / 10 % 10));
  out.push_back(static_cast<char>('0' + rest % 10));
  return out.append("Z");
}

std::string logged_line(const store::entry& e, std::string_view quoted_sid,
                        std::string_view epoch) {
  std::string out, buffer;
  if (e.kind == entry_kind::turn_ended) return std::string(response_of(e, buffer));
  if (e.kind == entry_kind::question_asked) { // no update: it has no number
    protocol::render(out, e.bytes, protocol::splice::unpack(e.splice), quoted_sid, {});
  } else {
    put_logged(out, e, quoted_sid, epoch);
    out.pop_back();
  }
  return out;
}

entry_view::entry_view(acp_version version, std::string_view quoted_sid, std::string_view epoch,
                       protocol::session_facts facts)
    : version_(version), quoted_sid_(quoted_sid), epoch_(epoch), facts_(std::move(facts)) {}

/// The flags are on: what an editor without the capability is not sent, its link leaves out.
protocol::renderer& entry_view::renderer() {
  if (!renderer_)
    renderer_.emplace(protocol::editor_view{.version = version_,
                                            .notices = true,
                                            .compaction = true,
                                            .boolean_options = true,
                                            .states = false},
                      facts_);
  return *renderer_;
}

void entry_view::append(chunk& c, const store::entry& e) {
  if (c.items.empty()) c.first = e.seq;
  c.last = e.seq;
  next_ = e.seq + 1;
  item made{e.seq, static_cast<std::uint32_t>(c.bytes.size()), 0, piece_of(e.kind), e.ref, 0};
  switch (e.kind) {
  case entry_kind::update:
    if (version_ == acp_version::v1 && e.ref == core::tells_boolean_options)
      made.kind = piece::boolean_options;
    updates(c.bytes, e);
    break;
  case entry_kind::own_update:
  case entry_kind::agent_notification:
  case entry_kind::notice:
  case entry_kind::gated: updates(c.bytes, e); break;
  case entry_kind::user_message:
    made.author = e.process;
    if (version_ == acp_version::v2) made.kind = piece::plain; // its author is shown it, too
    updates(c.bytes, e);
    break;
  case entry_kind::turn_started: turn_started(c, made, e); break;
  case entry_kind::prompt_inserted: prompt_inserted(c, made, e); break;
  case entry_kind::turn_ended: turn_ended(c, e); break;
  case entry_kind::question_asked: question(c.bytes, e, true); break;
  case entry_kind::question_settled: question(c.bytes, e, false); break;
  }
  replace_last(c, made);
  made.end = static_cast<std::uint32_t>(c.bytes.size());
  c.items.push_back(made);
}

/// A terminal that writes a lot: of its texts in one chunk, each of which says all of it, the last.
void entry_view::replace_last(chunk& c, item& made) {
  const std::uint64_t before = std::exchange(shown_, std::exchange(showing_, 0));
  if (shown_ == 0 || shown_ != before || c.items.empty()) return;
  item& last = c.items.back();
  if (last.begin == last.end || last.end != made.begin) return;
  c.bytes.erase(last.begin, last.end - last.begin);
  made.begin = last.end = last.begin;
}

void entry_view::prime(const store::entry& e) {
  next_ = e.seq + 1;
  if (version_of(e) == version_ || e.bytes.empty()) return;
  renderer().prime({e.seq, e.turn, e.process, e.message_id, e.bytes, version_of(e)});
}

bool entry_view::needs_past(const store::entry& e) const {
  return version_ == acp_version::v1 && version_of(e) == acp_version::v2 &&
         e.kind != entry_kind::turn_started;
}

protocol::call_hint entry_view::known_call(std::string_view tool_call_id) {
  return renderer().known_call(tool_call_id);
}

void entry_view::updates(std::string& out, const store::entry& e) {
  if (e.bytes.empty()) return;
  if (version_of(e) == version_) return put_logged(out, e, quoted_sid_, epoch_);
  if (!is_terminals_text(e)) rendered(out, e, e.bytes); // v2 is told of the terminals themselves
}

/// The number stands on the last frame only: it promises that all of the entry has been sent.
void entry_view::rendered(std::string& out, const store::entry& e, std::string_view line) {
  const bool prompt = e.kind == entry_kind::user_message && version_of(e) == acp_version::v1;
  const std::string id =
      prompt ? protocol::v2::prompt_message_id(e.ref) : std::string(e.message_id);
  protocol::splice where;
  held_.clear();
  std::size_t frames = 0;
  renderer().render({e.seq, e.turn, e.process, id, line, version_of(e)},
                    [&](const protocol::rendered_frame& f) {
                      showing_ = frames++ == 0 ? f.replaced_by : 0;
                      if (!held_.empty()) {
                        protocol::render(out, held_, where, quoted_sid_, {});
                        out.push_back('\n');
                      }
                      held_ = f.line;
                      where = f.where;
                    });
  if (!held_.empty()) put_line(out, held_, where, e, quoted_sid_, epoch_);
}

// ---- what v2 has for the entries of acpd's own; a v2 agent's state_updates say it themselves

namespace {

void put_state(std::string& out, const store::entry& e, protocol::v2::session_state now,
               std::string_view quoted_sid, std::string_view epoch) {
  now.background = core::background_in(e.message_id);
  std::string line;
  protocol::v2::state_update(line, quoted_sid, now);
  put_line(out, line, protocol::splice_of(*protocol::scan(line), line), e, quoted_sid, epoch);
}

/// How a turn ended, by the response that v1 editors get.
struct turn_end {
  std::string stop_reason;
  std::string_view error; // raw
};

turn_end end_of(const store::entry& e) {
  if (core::is_told_as_cancelled(e.message_id)) return {"cancelled", {}};
  const auto response = protocol::scan(e.bytes);
  if (!response) return {};
  if (response->error) return {"error", response->error.in(e.bytes)};
  return {protocol::unquote(protocol::member(response->result.in(e.bytes), "stopReason")), {}};
}

} // namespace

void entry_view::turn_started(chunk& c, item& made, const store::entry& e) const {
  if (version_ == acp_version::v1 || version_of(e) == acp_version::v2) return;
  made.kind = piece::prompt_answered;
  put_state(c.bytes, e, {.now = protocol::v2::activity::running}, quoted_sid_, epoch_);
  c.bytes += prompt_answer(protocol::v2::prompt_message_id(e.ref));
}

/// Of a v2 agent: the message is its own, and so is its id.
void entry_view::prompt_inserted(chunk& c, item& made, const store::entry& e) const {
  if (version_ == acp_version::v1) return;
  made.kind = piece::prompt_answered;
  c.bytes += prompt_answer(e.message_id);
}

/// A question outside of a turn blocks nothing that is reported.
void entry_view::question(std::string& out, const store::entry& e, bool asked) const {
  if (version_ == acp_version::v1 || version_of(e) == acp_version::v2 || !e.turn) return;
  using protocol::v2::activity;
  put_state(out, e, {.now = asked ? activity::requires_action : activity::running}, quoted_sid_,
            epoch_);
}

void entry_view::turn_ended(chunk& c, const store::entry& e) const {
  if (version_ == acp_version::v1) {
    std::string buffer;
    c.bytes += response_of(e, buffer);
    return;
  }
  const turn_end how = end_of(e);
  const bool began = e.process != 0; // else it was cancelled in the queue, or there was no agent
  if (version_of(e) == acp_version::v1 && began)
    put_state(c.bytes, e, {.stop_reason = how.stop_reason, .error = how.error}, quoted_sid_,
              epoch_);
  // Who still waits was never told that the prompt is in the conversation.
  if (!how.error.empty())
    c.bytes += core::error_line("null", how.error);
  else
    protocol::v2::request_cancelled(c.bytes, "null",
                                    "cancelled before it became part of the "
                                    "conversation");
}

} // namespace acpd::net
