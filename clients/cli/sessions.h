#pragma once

#include "clients/cli/client.h"

#include <string>
#include <vector>

namespace acpd::cli {

/// One session as `session/list` shows it.
struct session_item {
  std::string id, cwd, title, updated_at, agent, state, outcome;
  std::int64_t head = 0, pending = 0, queued = 0;
  std::string epoch;
  std::int64_t done = 0, total = 0; // total 0: no progress known
  std::string unit;
  std::string raw; // the item as the daemon gave it, for --json
};

session_item read_session(json_view item);

/// All sessions, newest first.
protocol::result<std::vector<session_item>> list_sessions(client& c);

/// The one that a person means: an id, a unique prefix of one, or "" or "-" for the newest.
protocol::result<session_item> find_session(client& c, std::string_view wanted);
/// The decision in it. Failure: not_found, with what to do.
protocol::result<session_item> choose_session(const std::vector<session_item>& all,
                                              std::string_view wanted);

/// How much of the ids must be shown so that they differ: at least 8 characters.
std::size_t shown_id_length(const std::vector<session_item>& all);

/// "4,210".
std::string count_text(std::int64_t n);
/// "45/100 files", "4,210/12,000 files"; empty when no progress is known.
std::string progress_text(std::int64_t done, std::int64_t total, const std::string& unit);

} // namespace acpd::cli
