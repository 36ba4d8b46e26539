#pragma once

#include "server/store/connection.h"

#include <string>

namespace acpd::store {

/// Decides at each start which epoch the database is in (README, "Epochs"), records a renewal with
/// the heads found, and marks the database as in use. One durable transaction; then the file
/// `generation` beside the database is rewritten. Gives the epoch. Throws sqlite_error.
std::string take_identity(connection& db, const open_options& options);

/// The daemon ended in good order: the epoch outlives a reboot. A copy made before this is told
/// apart from the database as it is now. Durable. Throws sqlite_error.
void leave_clean(connection& db);

} // namespace acpd::store
