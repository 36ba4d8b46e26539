#include "server/store/identity.h"

#include "protocol/crash_point.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace acpd::store {
namespace {

std::string random_id() {
  std::random_device source;
  std::string id;
  for (int i = 0; i < 4; ++i) {
    const unsigned word = source();
    for (unsigned shift = 0; shift < 16; shift += 4)
      id += "0123456789abcdef"[(word >> shift) & 15U];
  }
  return id;
}

/// Empty where the kernel does not say: then a reboot cannot be ruled out.
std::string boot_id(const open_options& options) {
  if (!options.boot_id.empty()) return options.boot_id;
#ifdef ACPD_FAULTS
  if (const char* given = std::getenv("ACPD_BOOT_ID"); given != nullptr && *given != '\0')
    return given;
#endif
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

std::string meta(connection& db, std::string_view name) {
  auto row = db.select("SELECT value FROM meta WHERE name = :name", name);
  return row.next() ? row.text(0) : std::string();
}

void set_meta(connection& db, std::string_view name, std::string_view value) {
  db.run("INSERT INTO meta (name, value) VALUES (:name, :value) "
         "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
         name, value);
}

/// What the file `generation` says: a generation and the inode of the sessions.db it was written
/// for. The inode tells a copy of the whole folder.
struct mark {
  std::string generation;
  std::string inode;
};

std::filesystem::path mark_file(const connection& db) {
  return db.file().parent_path() / "generation";
}

std::string inode_of(const std::filesystem::path& file) {
  struct stat s{};
  return ::stat(file.c_str(), &s) == 0 ? std::to_string(s.st_ino) : std::string();
}

mark read_mark(const connection& db) {
  std::ifstream file(mark_file(db));
  mark m;
  file >> m.generation >> m.inode;
  return m;
}

/// Not synced: after a power loss the epoch is renewed anyway.
void write_mark(const connection& db, const mark& m) {
  const auto file = mark_file(db);
  const auto fresh = file.string() + ".new";
  const auto line = m.generation + " " + m.inode + "\n";
  const int fd = ::open(fresh.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) throw explain_system(errno, fresh);
  const ssize_t written = ::write(fd, line.data(), line.size());
  const int error = errno;
  ::close(fd);
  if (written != static_cast<ssize_t>(line.size()))
    throw explain_system(written < 0 ? error : ENOSPC, fresh);
  if (::rename(fresh.c_str(), file.c_str()) != 0) throw explain_system(errno, file);
}

/// The generation before counts too: the program may have died between the commit and the file. A
/// restored copy never passes for that, because the file is always the newer of the two.
bool is_copy(connection& db) {
  const mark m = read_mark(db);
  if (m.generation.empty() || m.inode != inode_of(db.file())) return true;
  return m.generation != meta(db, "generation") && m.generation != meta(db, "generation_before");
}

void next_generation(connection& db, const std::string& generation) {
  set_meta(db, "generation_before", meta(db, "generation"));
  set_meta(db, "generation", generation);
}

/// Cursors of the old epoch stay valid up to the heads that were found.
std::string renew(connection& db, const std::string& old_epoch) {
  db.run("INSERT OR REPLACE INTO epochs (epoch, session, head) "
         "SELECT :epoch, id, coalesce((SELECT max(seq) FROM entries WHERE session = sessions.id), "
         "0) FROM sessions WHERE deleted = 0",
         old_epoch);
  return random_id();
}

std::string decide_epoch(connection& db, const std::string& boot) {
  const std::string epoch = meta(db, "epoch");
  if (epoch.empty()) return random_id();
  const bool same_boot = !boot.empty() && boot == meta(db, "boot_id");
  const bool lost_nothing = same_boot || meta(db, "clean") == "1";
  return lost_nothing && !is_copy(db) ? epoch : renew(db, epoch);
}

} // namespace

std::string take_identity(connection& db, const open_options& options) {
  const std::string boot = boot_id(options);
  const std::string generation = random_id();
  transaction t(db);
  const std::string epoch = decide_epoch(db, boot);
  set_meta(db, "epoch", epoch);
  set_meta(db, "boot_id", boot);
  set_meta(db, "clean", "0");
  next_generation(db, generation);
  t.commit();
  ACPD_CRASH_POINT("store.before_generation");
  write_mark(db, {generation, inode_of(db.file())});
  return epoch;
}

void leave_clean(connection& db) {
  const std::string generation = random_id();
  transaction t(db);
  set_meta(db, "clean", "1");
  next_generation(db, generation);
  t.commit();
  ACPD_CRASH_POINT("store.before_generation");
  write_mark(db, {generation, inode_of(db.file())});
}

} // namespace acpd::store
