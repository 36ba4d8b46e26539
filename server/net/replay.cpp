#include "server/net/replay.h"

#include <algorithm>

namespace acpd::net {

namespace {

constexpr std::uint64_t window = 512; // entries looked at in one step backwards

/// Where the turn that `from` stands in began; `from` itself if it stands at a start.
std::uint64_t start_of_turn(store::reader& db, std::int64_t session, std::uint64_t from) {
  for (std::uint64_t end = from; end > 1;) {
    const std::uint64_t begin = end > window ? end - window : 1;
    std::uint64_t start = 0;
    db.entries(session, begin, end - 1, [&](const store::entry& e) {
      if (e.kind == store::entry_kind::turn_started) start = e.seq;
      return true;
    });
    if (start != 0) return start;
    end = begin;
  }
  return 1;
}

} // namespace

void prime_up_to(entry_view& view, store::reader& db, std::int64_t session, std::uint64_t from) {
  bool needed = false;
  db.entries(session, from, from, [&](const store::entry& e) {
    needed = view.needs_past(e);
    return false;
  });
  if (needed) prime_turn(view, db, session, from);
}

void prime_turn(entry_view& view, store::reader& db, std::int64_t session, std::uint64_t from) {
  if (from == 1) return;
  db.entries(session, start_of_turn(db, session, from), from - 1, [&](const store::entry& e) {
    view.prime(e);
    return true;
  });
}

std::vector<std::string> calls_of_turn(store::reader& db, std::int64_t session,
                                       std::uint64_t from) {
  std::vector<std::string> calls;
  if (from == 1) return calls;
  db.entries(session, start_of_turn(db, session, from), from - 1, [&](const store::entry& e) {
    if (e.kind != store::entry_kind::update) return true;
    const auto line = protocol::scan(e.bytes);
    if (line && line->update && line->variant.in(e.bytes).starts_with("tool_call"))
      calls.emplace_back(line->update.in(e.bytes));
    return true;
  });
  return calls;
}

std::vector<protocol::folded_frame> rendered_folds(std::vector<protocol::folded_frame> frames,
                                                   protocol::acp_version version,
                                                   protocol::renderer& rest) {
  if (std::ranges::all_of(frames, [&](const auto& f) { return f.version == version; }))
    return frames;
  std::vector<protocol::folded_frame> out;
  for (auto& f : frames) {
    if (f.version == version) {
      out.push_back(std::move(f));
      continue;
    }
    if (!f.behind.empty()) { // v2 shows terminals themselves
      f.line = protocol::with_own_content(f);
      if (const auto e = protocol::scan(f.line)) f.where = protocol::splice_of(*e, f.line);
    }
    rest.render(protocol::entry_of(f, 0, 1), [&](const protocol::rendered_frame& made) {
      out.push_back({.seq = f.seq,
                     .single = f.single,
                     .where = made.where,
                     .line = std::string(made.line),
                     .version = version});
    });
  }
  return out;
}

} // namespace acpd::net
