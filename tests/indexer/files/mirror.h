#pragma once

#include "indexer/files/sweep.h"
#include "indexer/files/watcher.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace acpd::index::test {

/// What an index would know: a table of files, kept by a watcher's batches alone.
class mirror {
public:
  explicit mirror(watcher& from) : watcher_(from) {}

  void watch(const std::string& root, const user_rules& user = {});
  /// Waits for batches and applies them until `done`; false: the guard of 20 s has passed.
  bool until(const std::function<bool()>& done);
  /// Until the table is what a new walk finds.
  bool settles();
  bool knows(const std::string& path) const { return known.contains(path); }

  std::map<std::string, file_stat> known;
  std::vector<change_batch> batches; // all, in order
  workspace_id id = 0;

private:
  void apply(const change_batch& batch);
  void compare(const swept_folder& swept);
  void tell_difference() const;

  watcher& watcher_;
};

} // namespace acpd::index::test
