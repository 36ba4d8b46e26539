#pragma once

#include "server/store/database.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace acpd::store {

/// The one thread that writes sessions.db: commits the batches that are queued, without waiting for
/// more, in one transaction, and puts them into the done list.
/// A second thread of its own runs the WAL's checkpoints (PASSIVE, every 200 ms while there is
/// work) on its own connection. Owned by the net room; its methods are called on the session
/// thread. Between batches it sweeps what was deleted, in slices. When a commit fails (disk full)
/// it keeps the batch, says so once through on_trouble, and tries again every 500 ms: nothing is
/// dropped and nothing is shown before it is written.
class writer {
public:
  struct callbacks {
    std::function<void()> on_done;               // writer thread: the done list was empty
    std::function<void(std::string)> on_trouble; // writer thread: a sentence; empty: over
  };
  writer(database db, std::filesystem::path state_dir, callbacks c);
  /// Commits what is queued (not while in trouble), marks a clean shutdown, joins.
  ~writer();
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  void submit(std::unique_ptr<batch> b);
  /// Batches committed since the last call, in order of submit().
  std::vector<std::unique_ptr<batch>> take_done();
  /// Batches submitted and not yet committed.
  std::size_t queued() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace acpd::store
