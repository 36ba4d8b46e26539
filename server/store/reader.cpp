#include "server/store/connection.h"
#include "server/store/database.h"
#include "server/store/folds.h"
#include "server/store/rows.h"
#include "server/store/schema.h"

namespace acpd::store {
namespace {

using frame_list = std::vector<protocol::folded_frame>;

/// Stored folds from the first entry on, one right behind the other, with to ≤ head. Gives the seq
/// behind the last: a fold that cannot be read is as good as none.
std::uint64_t read_folds(connection& db, std::int64_t session, std::uint64_t head,
                         std::vector<frame_list>& folds) {
  std::uint64_t next = 1;
  auto rows = db.select("SELECT first_seq, last_seq, frames FROM folds WHERE session = :session "
                        "AND last_seq <= :head ORDER BY last_seq",
                        session, head);
  while (rows.next()) {
    if (rows.natural(0) != next) continue;
    auto frames = decode_frames(rows.bytes(2));
    if (!frames) continue;
    folds.push_back(std::move(*frames));
    next = rows.natural(1) + 1;
  }
  return next;
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

  std::vector<frame_list> compact(std::int64_t session, std::uint64_t from, std::uint64_t to) {
    run_compactor compactor;
    entries(session, from, to, [&](const entry& e) {
      compactor.add(e);
      return true;
    });
    return compactor.finish();
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

std::vector<protocol::folded_frame> reader::compacted(std::int64_t session, std::uint64_t head) {
  std::vector<frame_list> folds;
  const std::uint64_t next = read_folds(impl_->db, session, head, folds);
  if (next <= head)
    for (auto& run : impl_->compact(session, next, head))
      folds.push_back(std::move(run));
  return joined(std::move(folds));
}

fold_row reader::fold(std::int64_t session, std::uint64_t from, std::uint64_t to) {
  return {.session = session,
          .from = from,
          .to = to,
          .frames = encode_frames(joined(impl_->compact(session, from, to)))};
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
