#pragma once

#include "server/runner/database.h"

#include <optional>
#include <vector>

namespace acpd::runner {

struct session_row {
  std::int64_t row = 0; // order of creation; a list's cursor
  std::string id;
  std::string cwd;
  std::string title;
  std::string updated_at; // UTC, ISO 8601
};

/// The sessions that were ever opened, so that load, resume and list work after a restart.
/// Owned by the agent; one thread; the database must outlive it.
class session_store {
public:
  explicit session_store(database& db) : db_(db) {}

  void add(const std::string& id, const std::string& cwd);
  std::optional<session_row> find(const std::string& id);
  void set_cwd(const std::string& id, const std::string& cwd);
  void set_title(const std::string& id, const std::string& title);
  /// Newest first, below `before`; of one directory unless `cwd` is empty.
  std::vector<session_row> list(std::int64_t before, const std::string& cwd, int limit);
  void remove(const std::string& id); // with its jobs

private:
  database& db_;
};

} // namespace acpd::runner
