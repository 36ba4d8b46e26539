#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace acpd::store::test {

/// A disk that keeps what was not synced in memory, below SQLite: a VFS around the system's, under
/// the name vfs_name. Files on the real disk hold what xSync brought there; reads see everything.
/// At a power loss what was not synced is gone, or a random part of it, in any order, torn:
/// `survivors` of each 100 writes reach the disk. It can also be full. One at a time; any thread of
/// SQLite's.
class power_vfs {
public:
  static constexpr const char* vfs_name = "acpd-power";

  power_vfs();
  ~power_vfs();
  power_vfs(const power_vfs&) = delete;
  power_vfs& operator=(const power_vfs&) = delete;

  /// Brings `survivors` % of the unsynced writes to the disk and copies `dir`, as the machine would
  /// find it when it is up again, to `to`. The present connections go on as if nothing was.
  void lose_power(const std::filesystem::path& dir, const std::filesystem::path& to,
                  unsigned survivors, unsigned seed);
  /// Every further write is refused as by a full disk, or works again.
  void set_full(bool full);

  struct write {
    std::int64_t at;
    std::string bytes; // empty: truncated to `at`
  };
  struct image {
    std::string now;             // what a read sees
    std::vector<write> unsynced; // since the last xSync, in order
  };
  struct disk {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<image>> files;
    bool full = false;
  };

private:
  std::unique_ptr<disk> disk_;
};

} // namespace acpd::store::test
