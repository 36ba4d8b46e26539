#pragma once

#include "protocol/compaction.h"
#include "server/store/batch.h"
#include "server/store/open_options.h"
#include "server/store/split_calls.h"

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

struct sqlite3;

namespace acpd::store {

/// Why sessions.db cannot be used or written to: one sentence that says what to do.
struct trouble {
  std::string text;
};

/// A session with what the session thread must know of it when the daemon starts.
struct session_state {
  session_row row;
  std::uint64_t head = 0; // last seq
  std::int64_t last_at_ms = 0;
  std::uint64_t folded = 0; // end of the newest stored fold: the next one begins behind it
};

/// Everything that the session thread keeps in memory, as the last daemon left it.
struct recovered {
  std::string epoch;                   // of the database, renewed where it must be (see README)
  std::vector<session_state> sessions; // not the deleted ones
  std::vector<turn_row> turns;         // queued and running
  std::vector<question_row> questions; // pending
  std::vector<shim_row> shims;
  std::vector<outgoing_row> outgoing;
  std::vector<token_row> tokens;
  std::int64_t next_session = 1, next_turn = 1, next_question = 1, next_shim = 1, next_token = 1;
};

/// sessions.db, for writing. One per state directory. Used by the writer thread only, after open().
class database {
public:
  /// Opens or creates, migrates, checks the epoch (boot id, copies). Errors: read-only, locked by
  /// another program, from a newer acpd, disk full, damaged: trouble says which and what to do.
  static std::expected<database, trouble> open(const std::filesystem::path& state_dir,
                                               const open_options& options = {});
  database(database&&) noexcept;
  database& operator=(database&&) noexcept;
  ~database();

  recovered recover();

  /// One transaction. Throws std::runtime_error with a sentence (disk full, …): nothing of the
  /// batch is written then, and it may be tried again.
  void commit(const batch& b);
  /// Several in one transaction, in this order; durable if one of them is.
  void commit(std::span<const std::unique_ptr<batch>> group);

  /// True once after secrets were erased: they stay readable in the -wal file until a checkpoint
  /// truncates it.
  bool take_wal_has_secrets();

  /// Removes up to `limit` rows of buried sessions and of keys past their time. True: more to do.
  bool sweep(std::size_t limit, std::int64_t now_ms);

  /// Says that this daemon ended in good order: cursors stay valid over a reboot.
  void mark_clean_shutdown();

  const open_options& options() const;

private:
  struct impl;
  explicit database(std::unique_ptr<impl> i);
  std::unique_ptr<impl> impl_;
};

/// How far a compacted replay has been read. Opaque but for `done`.
struct replay_position {
  struct piece {
    std::uint64_t first, last; // of its fold
    std::int64_t number;
  };
  bool begun = false;
  bool done = false;
  std::vector<piece> pieces; // of the folds that are used, in order
  std::size_t next = 0;
  std::set<std::uint64_t> kept;             // seq of the singletons that count
  joined_calls calls;                       // of turns that were folded in several runs
  std::vector<protocol::folded_frame> tail; // behind the folds
};

/// sessions.db, for reading: its own connection. Used by one thread at a time.
class reader {
public:
  static std::expected<reader, trouble> open(const std::filesystem::path& state_dir,
                                             const open_options& options = {});
  reader(reader&&) noexcept;
  reader& operator=(reader&&) noexcept;
  ~reader();

  /// Calls f for each entry of the session from `from` up to and including `to`, in order, until f
  /// returns false. The views in the entry live during the call.
  void entries(std::int64_t session, std::uint64_t from, std::uint64_t to,
               const std::function<bool(const entry&)>& f);

  /// The next part of the compacted replay of all entries ≤ head: folds where there are some, a
  /// piece at a time, then what is behind them, made on the fly. The first call wants a position
  /// that is new; position.done says that this part was the last. The parts are the same each time.
  std::vector<protocol::folded_frame> compacted(std::int64_t session, std::uint64_t head,
                                                replay_position& position);

  /// The fold of the runs that begin at `from` and have ended by `to`, to be stored; its own `to`
  /// is where the last of them ends. 0: none has.
  fold_row fold(std::int64_t session, std::uint64_t from, std::uint64_t to);

  std::optional<key_row> key(const std::string& key);
  std::optional<std::string> secret(const std::string& owner);
  std::optional<turn_row> turn(std::int64_t id);
  std::optional<question_row> question(std::int64_t id);
  /// The head that a session had when `epoch` was renewed; empty: that epoch is not known here.
  std::optional<std::uint64_t> head_in_epoch(const std::string& epoch, std::int64_t session);

private:
  struct impl;
  explicit reader(std::unique_ptr<impl> i);
  std::unique_ptr<impl> impl_;
};

} // namespace acpd::store
