#include "tests/server/store/power_vfs.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <new>
#include <random>
#include <sqlite3.h>
#include <stdexcept>
#include <unistd.h>

namespace acpd::store::test {
namespace {

using disk = power_vfs::disk;
using image = power_vfs::image;

disk* the_disk = nullptr; // SQLite calls back without a context of ours in every place
sqlite3_vfs* system_vfs = nullptr;

/// SQLite allocates szOsFile bytes; the system's file stands behind this one.
struct power_file {
  sqlite3_file base;
  std::shared_ptr<image> content;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

power_file& ours(sqlite3_file* f) { return *reinterpret_cast<power_file*>(f); }
sqlite3_file* real(sqlite3_file* f) { return ours(f).real(); }

void put_bytes(std::string& into, std::int64_t at, std::string_view bytes) {
  const auto begin = static_cast<std::size_t>(at);
  if (into.size() < begin + bytes.size()) into.resize(begin + bytes.size());
  std::ranges::copy(bytes, into.begin() + static_cast<std::ptrdiff_t>(begin));
}

int close_file(sqlite3_file* f) {
  const int code = real(f)->pMethods->xClose(real(f));
  ours(f).content.~shared_ptr();
  return code;
}

int read_file(sqlite3_file* f, void* to, int count, sqlite3_int64 at) {
  const std::lock_guard lock(the_disk->mutex);
  const std::string& now = ours(f).content->now;
  const auto wanted = static_cast<std::size_t>(count);
  const auto begin = std::min(now.size(), static_cast<std::size_t>(at));
  const auto there = std::min(wanted, now.size() - begin);
  std::memcpy(to, now.data() + begin, there);
  std::memset(static_cast<char*>(to) + there, 0, wanted - there);
  return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* f, const void* from, int count, sqlite3_int64 at) {
  const std::lock_guard lock(the_disk->mutex);
  if (the_disk->full) return SQLITE_FULL;
  const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(count));
  put_bytes(ours(f).content->now, at, bytes);
  ours(f).content->unsynced.push_back({at, std::string(bytes)});
  return SQLITE_OK;
}

int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  const std::lock_guard lock(the_disk->mutex);
  ours(f).content->now.resize(static_cast<std::size_t>(size));
  ours(f).content->unsynced.push_back({size, {}});
  return SQLITE_OK;
}

int apply_to_disk(sqlite3_file* to, const power_vfs::write& w) {
  if (w.bytes.empty()) return to->pMethods->xTruncate(to, w.at);
  return to->pMethods->xWrite(to, w.bytes.data(), static_cast<int>(w.bytes.size()), w.at);
}

int sync_file(sqlite3_file* f, int) {
  const std::lock_guard lock(the_disk->mutex);
  for (const auto& w : ours(f).content->unsynced)
    if (const int code = apply_to_disk(real(f), w); code != SQLITE_OK) return code;
  ours(f).content->unsynced.clear();
  return SQLITE_OK;
}

int size_of_file(sqlite3_file* f, sqlite3_int64* size) {
  const std::lock_guard lock(the_disk->mutex);
  *size = static_cast<sqlite3_int64>(ours(f).content->now.size());
  return SQLITE_OK;
}

/// The size hint and the like would change the real file: only what the file system need not do.
int control_file(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }

int lock_file(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
int unlock_file(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
int check_lock(sqlite3_file* f, int* held) {
  return real(f)->pMethods->xCheckReservedLock(real(f), held);
}
int sector_size(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
int characteristics(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** at) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, at);
}
int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
  return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}
void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
int shm_unmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

const sqlite3_io_methods methods = {
    2, // without xFetch
    close_file, read_file,   write_file,  truncate_file, sync_file,   size_of_file,
    lock_file,  unlock_file, check_lock,  control_file,  sector_size, characteristics,
    shm_map,    shm_lock,    shm_barrier, shm_unmap,     nullptr,     nullptr,
};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  new (f) power_file{};
  const int code = system_vfs->xOpen(system_vfs, name, real(f), flags, out_flags);
  if (code != SQLITE_OK) {
    ours(f).content.~shared_ptr();
    return code; // pMethods is null: SQLite does not close it
  }
  const std::lock_guard lock(the_disk->mutex);
  auto& slot = the_disk->files[name == nullptr ? "" : name];
  if (!slot || name == nullptr) {
    slot = std::make_shared<image>();
    std::ifstream in(name == nullptr ? "" : name, std::ios::binary);
    slot->now.assign(std::istreambuf_iterator<char>(in), {});
  }
  ours(f).content = slot;
  f->pMethods = &methods;
  return SQLITE_OK;
}

/// Gone at once, in memory and on the disk, as the system's VFS syncs the folder.
int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
  const std::lock_guard lock(the_disk->mutex);
  the_disk->files.erase(name);
  return system_vfs->xDelete(system_vfs, name, sync_folder);
}

} // namespace

power_vfs::power_vfs() : disk_(std::make_unique<disk>()) {
  static sqlite3_vfs ours_vfs;
  system_vfs = sqlite3_vfs_find("unix");
  the_disk = disk_.get();
  ours_vfs = *system_vfs; // what is not replaced works with the system's pAppData
  ours_vfs.zName = vfs_name;
  ours_vfs.szOsFile = static_cast<int>(sizeof(power_file)) + system_vfs->szOsFile;
  ours_vfs.pNext = nullptr;
  ours_vfs.xOpen = open_file;
  ours_vfs.xDelete = delete_file;
  if (sqlite3_vfs_register(&ours_vfs, 0) != SQLITE_OK) throw std::runtime_error("vfs_register");
}

power_vfs::~power_vfs() {
  sqlite3_vfs_unregister(sqlite3_vfs_find(vfs_name));
  the_disk = nullptr;
}

void power_vfs::set_full(bool full) {
  const std::lock_guard lock(disk_->mutex);
  disk_->full = full;
}

void power_vfs::lose_power(const std::filesystem::path& dir, const std::filesystem::path& to,
                           unsigned survivors, unsigned seed) {
  const std::lock_guard lock(disk_->mutex);
  std::mt19937 dice(seed);
  for (const char* name : {"sessions.db", "sessions.db-wal", "generation"}) {
    if (!std::filesystem::exists(dir / name)) continue;
    std::filesystem::copy_file(dir / name, to / name,
                               std::filesystem::copy_options::overwrite_existing);
    const auto content = disk_->files.find((dir / name).string());
    if (content == disk_->files.end()) continue;
    const int fd = ::open((to / name).c_str(), O_RDWR | O_CLOEXEC);
    for (const auto& w : content->second->unsynced) {
      if (dice() % 100 >= survivors) continue;
      // A write that was under way is cut at a sector.
      const std::size_t whole = w.bytes.size();
      const std::size_t kept = dice() % 4 == 0 ? whole / 2 / 512 * 512 : whole;
      const bool done =
          whole == 0 ? ::ftruncate(fd, w.at) == 0
                     : ::pwrite(fd, w.bytes.data(), kept, w.at) == static_cast<ssize_t>(kept);
      if (!done) throw std::runtime_error("write the survivors");
    }
    ::close(fd);
  }
}

} // namespace acpd::store::test
