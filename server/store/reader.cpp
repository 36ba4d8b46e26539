#include "server/store/connection.h"
#include "server/store/database.h"
#include "server/store/folds.h"
#include "server/store/rows.h"
#include "server/store/schema.h"
#include "server/store/split_calls.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace acpd::store {
namespace {

using frame_list = std::vector<protocol::folded_frame>;

/// The pieces of stored folds from the first entry on, one fold right behind the other, with to ≤
/// head; `singles` gets each piece's singletons. Gives the seq behind the last. A fold of another
/// encoding is as good as none.
std::uint64_t read_index(connection& db, std::int64_t session, std::uint64_t head,
                         replay_position& position, std::vector<frame_list>& singles) {
  std::uint64_t next = 1;
  auto rows = db.select("SELECT first_seq, last_seq, piece, singles FROM folds "
                        "WHERE session = :session AND last_seq <= :head ORDER BY last_seq, piece",
                        session, head);
  while (rows.next()) {
    const replay_position::piece p{rows.natural(0), rows.natural(1), rows.integer(2)};
    const bool more = !position.pieces.empty() && position.pieces.back().last == p.last;
    if (!more && p.first != next) continue;
    auto own = decode_frames(rows.bytes(3));
    if (!own) continue;
    position.pieces.push_back(p);
    singles.push_back(std::move(*own));
    next = p.last + 1;
  }
  return next;
}

bool is_dropped(const protocol::folded_frame& f, const std::set<std::uint64_t>& kept) {
  return f.single != protocol::singleton::none && !kept.contains(f.seq);
}

} // namespace

struct reader::impl {
  impl(const std::filesystem::path& file, const open_options& options)
      : db(file, connection::role::reader, options) {}

  template <class F>
  void entries(std::int64_t session, std::uint64_t from, std::uint64_t to, const F& f) {
    auto rows = db.select("SELECT " ACPD_ENTRY_COLUMNS " FROM entries WHERE session = :session "
                          "AND seq BETWEEN :from AND :to ORDER BY seq",
                          session, from, to);
    while (rows.next())
      if (!f(read_entry(rows, session))) return;
  }

  /// `from` is the first entry of a run: the first of its turn's runs, or of another.
  run_compactor run(std::int64_t session, std::uint64_t from, std::uint64_t to) {
    bool in_turn = false;
    if (from > 1)
      entries(session, from - 1, from - 1, [&](const entry& e) {
        in_turn = e.kind != entry_kind::turn_ended;
        return false;
      });
    run_compactor compactor(in_turn);
    entries(session, from, to, [&](const entry& e) {
      compactor.add(e);
      return true;
    });
    return compactor;
  }

  compacted_runs compact(std::int64_t session, std::uint64_t from, std::uint64_t to) {
    return run(session, from, to).finish();
  }

  void begin(std::int64_t session, std::uint64_t head, replay_position& position) {
    position.begun = true;
    std::vector<frame_list> singles;
    const std::uint64_t next = read_index(db, session, head, position, singles);
    compacted_runs behind;
    if (next <= head) behind = compact(session, next, head);
    position.tail = joined(std::move(behind.frames));
    auto& of_tail = singles.emplace_back();
    std::ranges::copy_if(position.tail, std::back_inserter(of_tail),
                         [](const auto& f) { return f.single != protocol::singleton::none; });
    join_split(session, singles, behind.calls, position);
    protocol::drop_superseded(singles);
    for (const auto& list : singles)
      for (const auto& f : list)
        position.kept.insert(f.seq);
  }

  /// The calls of turns that were folded in several runs: `singles` loses its notes of them.
  void join_split(std::int64_t session, std::vector<frame_list>& singles, const frame_list& of_tail,
                  replay_position& position) {
    frame_list notes;
    std::map<std::uint64_t, std::size_t> piece_of; // by seq
    for (std::size_t i = 0; i + 1 < singles.size(); ++i) {
      for (const auto& f : singles[i])
        if (is_note(f)) piece_of[f.seq] = i;
      std::ranges::copy_if(singles[i], std::back_inserter(notes), is_note);
      std::erase_if(singles[i], is_note);
    }
    std::ranges::copy(of_tail, std::back_inserter(notes));
    std::size_t at_hand = position.pieces.size();
    frame_list frames;
    position.calls =
        join_calls(notes, [&](std::uint64_t seq) -> std::optional<protocol::folded_frame> {
          const auto in = piece_of.find(seq);
          if (in != piece_of.end() && std::exchange(at_hand, in->second) != in->second)
            frames = piece(session, position.pieces[in->second]);
          const frame_list& from = in == piece_of.end() ? position.tail : frames;
          const auto f = std::ranges::find(from, seq, &protocol::folded_frame::seq);
          return f == from.end() ? std::nullopt : std::optional(*f);
        });
  }

  /// A damaged one is made again, from the log.
  frame_list piece(std::int64_t session, const replay_position::piece& p) {
    auto row = db.select("SELECT frames FROM folds WHERE session = :session AND last_seq = :last "
                         "AND piece = :piece",
                         session, p.last, p.number);
    if (row.next())
      if (auto frames = decode_frames(row.bytes(0))) return *std::move(frames);
    auto runs = compact(session, p.first, p.last);
    const auto again = cut(joined(std::move(runs.frames)), runs.calls);
    const auto number = static_cast<std::size_t>(p.number);
    return number < again.size() ? decode_frames(again[number].frames).value_or(frame_list())
                                 : frame_list();
  }

  connection db;
};

reader::reader(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
reader::reader(reader&&) noexcept = default;
reader& reader::operator=(reader&&) noexcept = default;
reader::~reader() = default;

std::expected<reader, trouble> reader::open(const std::filesystem::path& state_dir,
                                            const open_options& options) {
  try {
    auto opened = std::make_unique<impl>(state_dir / "sessions.db", options);
    check_schema(opened->db);
    return reader(std::move(opened));
  } catch (const sqlite_error& e) {
    return std::unexpected(trouble{e.what()});
  }
}

void reader::entries(std::int64_t session, std::uint64_t from, std::uint64_t to,
                     const std::function<bool(const entry&)>& f) {
  impl_->entries(session, from, to, f);
}

std::vector<protocol::folded_frame> reader::compacted(std::int64_t session, std::uint64_t head,
                                                      replay_position& position) {
  if (!position.begun) impl_->begin(session, head, position);
  frame_list part;
  if (position.next < position.pieces.size())
    part = impl_->piece(session, position.pieces[position.next++]);
  else
    part = std::move(position.tail);
  position.done = position.next == position.pieces.size() && position.tail.empty();
  std::erase_if(part, [&](const auto& f) { return is_dropped(f, position.kept); });
  for (auto& f : part)
    if (const auto call = position.calls.find(f.seq); call != position.calls.end())
      f = call->second;
  std::erase_if(part, [](const auto& f) { return f.line.empty(); });
  return part;
}

fold_row reader::fold(std::int64_t session, std::uint64_t from, std::uint64_t to) {
  run_compactor whole = impl_->run(session, from, to);
  fold_row made{.session = session, .from = from, .to = whole.end(), .pieces = {}};
  if (made.to == 0) return made;
  compacted_runs runs = whole.ended();
  made.pieces = cut(joined(std::move(runs.frames)), runs.calls);
  return made;
}

std::optional<key_row> reader::key(const std::string& key) {
  auto row = impl_->db.select("SELECT " ACPD_KEY_COLUMNS " FROM keys WHERE key = :key", key);
  return row.next() ? std::optional(read_key(row)) : std::nullopt;
}

std::optional<std::string> reader::secret(const std::string& owner) {
  auto row = impl_->db.select("SELECT bytes FROM secrets WHERE owner = :owner", owner);
  return row.next() ? std::optional(row.text(0)) : std::nullopt;
}

std::optional<turn_row> reader::turn(std::int64_t id) {
  auto row = impl_->db.select("SELECT " ACPD_TURN_COLUMNS " FROM turns WHERE id = :id", id);
  return row.next() ? std::optional(read_turn(row)) : std::nullopt;
}

std::optional<question_row> reader::question(std::int64_t id) {
  auto row = impl_->db.select("SELECT " ACPD_QUESTION_COLUMNS " FROM questions WHERE id = :id", id);
  return row.next() ? std::optional(read_question(row)) : std::nullopt;
}

std::optional<std::uint64_t> reader::head_in_epoch(const std::string& epoch, std::int64_t session) {
  auto row = impl_->db.select("SELECT head FROM epochs WHERE epoch = :epoch AND session = :session",
                              epoch, session);
  return row.next() ? std::optional(row.natural(0)) : std::nullopt;
}

} // namespace acpd::store
