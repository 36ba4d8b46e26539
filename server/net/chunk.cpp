#include "server/net/chunk.h"

#include "protocol/splice.h"
#include "server/core/lines.h"
#include "server/core/terminal_views.h"
#include "server/core/types.h"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace acpd::net {

namespace {

piece piece_of(store::entry_kind kind) {
  using enum store::entry_kind;
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

/// The text of the terminals follows in an entry of acpd's own.
void append_without_terminals(std::string& out, const store::entry& e, std::string_view quoted_sid,
                              std::string_view epoch) {
  const std::string line = core::without_terminals(e.bytes);
  const auto at = protocol::scan(line);
  std::string meta;
  append_meta(meta, e, epoch);
  protocol::render(out, line, at ? protocol::splice_of(*at, line) : protocol::splice(), quoted_sid,
                   meta);
  out.push_back('\n');
}

} // namespace

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

void append_entry(chunk& c, const store::entry& e, std::string_view quoted_sid,
                  std::string_view epoch) {
  if (c.items.empty()) c.first = e.seq;
  c.last = e.seq;
  item made{e.seq, static_cast<std::uint32_t>(c.bytes.size()), 0, piece_of(e.kind), e.ref, 0};
  if (made.kind == piece::user_message) made.author = e.process;
  if (made.kind == piece::turn_ended) {
    c.bytes.append(e.message_id == core::told_as_cancelled ? core::as_cancelled(e.bytes) : e.bytes);
  } else if (e.kind == store::entry_kind::update && e.ref == core::names_terminal) {
    append_without_terminals(c.bytes, e, quoted_sid, epoch);
  } else if (!e.bytes.empty()) {
    thread_local std::string meta;
    meta.clear();
    if (made.kind != piece::question_asked) append_meta(meta, e, epoch);
    protocol::render(c.bytes, e.bytes, protocol::splice::unpack(e.splice), quoted_sid, meta);
    c.bytes.push_back('\n');
  }
  made.end = static_cast<std::uint32_t>(c.bytes.size());
  c.items.push_back(made);
}

void feed::add(std::shared_ptr<const chunk> c) {
  committed = c->last;
  if (followers.empty()) return drop_ring();
  held += c->bytes.size() + c->items.size() * sizeof(item);
  ring.push_back(std::move(c));
  while (held > ring_bytes && ring.size() > 1) {
    held -= ring.front()->bytes.size() + ring.front()->items.size() * sizeof(item);
    ring.pop_front();
  }
}

std::shared_ptr<const chunk> feed::find(std::uint64_t seq) const {
  if (ring.empty() || seq < ring.front()->first) return nullptr;
  auto at = std::ranges::upper_bound(ring, seq, {}, [](const auto& c) { return c->first; });
  return *std::prev(at);
}

void feed::drop_ring() {
  ring.clear();
  ring.shrink_to_fit();
  held = 0;
}

} // namespace acpd::net
