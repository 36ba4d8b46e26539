#include "server/store/database.h"

#include "protocol/crash_point.h"
#include "server/store/apply.h"
#include "server/store/connection.h"
#include "server/store/identity.h"
#include "server/store/recover.h"
#include "server/store/rows.h"
#include "server/store/schema.h"
#include "server/store/sweep.h"

#include <algorithm>
#include <utility>

namespace acpd::store {

struct database::impl {
  impl(const std::filesystem::path& file, open_options o)
      : options(std::move(o)), db(file, connection::role::writer, options) {}

  /// Between transactions only. NORMAL: any crash of the program is survived; FULL: of the machine.
  void set_synced(bool wanted) {
    if (wanted == synced) return;
    db.execute(wanted ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    synced = wanted;
  }

  /// True: it erased secrets.
  bool write(const batch& b) {
    for (const auto& e : b.entries())
      put(db, e);
    bool erased = false;
    for (const auto& op : b.operations())
      erased |= apply(db, op);
    return erased;
  }

  template <class Write>
  void commit(bool durable, Write write) {
    set_synced(durable);
    transaction t(db);
    const bool erased = write();
    ACPD_CRASH_POINT("store.before_commit");
    t.commit();
    ACPD_CRASH_POINT("store.after_commit");
    wal_has_secrets |= erased;
  }

  open_options options;
  connection db;
  std::string epoch;
  bool synced = true; // as the connection starts
  bool wal_has_secrets = false;
};

database::database(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
database::database(database&&) noexcept = default;
database& database::operator=(database&&) noexcept = default;
database::~database() = default;

std::expected<database, trouble> database::open(const std::filesystem::path& state_dir,
                                                const open_options& options) {
  try {
    auto opened = std::make_unique<impl>(state_dir / "sessions.db", options);
    migrate(opened->db);
    opened->epoch = take_identity(opened->db, options);
    return database(std::move(opened));
  } catch (const sqlite_error& e) {
    return std::unexpected(trouble{e.what()});
  }
}

recovered database::recover() {
  recovered r = recover_rows(impl_->db);
  r.epoch = impl_->epoch;
  return r;
}

void database::commit(const batch& b) {
  impl_->commit(b.durable(), [&] { return impl_->write(b); });
}

void database::commit(std::span<const std::unique_ptr<batch>> group) {
  const bool durable = std::ranges::any_of(group, [](const auto& b) { return b->durable(); });
  impl_->commit(durable, [&] {
    bool erased = false;
    for (const auto& b : group)
      erased |= impl_->write(*b);
    return erased;
  });
}

bool database::take_wal_has_secrets() { return std::exchange(impl_->wal_has_secrets, false); }

bool database::sweep(std::size_t limit, std::int64_t now_ms) {
  impl_->set_synced(false);
  transaction t(impl_->db);
  const std::size_t removed = sweep_slice(impl_->db, limit, now_ms).rows;
  t.commit();
  // What people deleted is to be gone from the disk, not only its secrets.
  impl_->wal_has_secrets |= removed > 0;
  return removed >= limit;
}

void database::mark_clean_shutdown() {
  impl_->set_synced(true);
  leave_clean(impl_->db);
}

const open_options& database::options() const { return impl_->options; }

} // namespace acpd::store
