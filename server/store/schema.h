#pragma once

#include "server/store/connection.h"

namespace acpd::store {

/// The schema that this acpd writes; PRAGMA user_version of the file.
int known_schema();

/// Throws sqlite_error when the file comes from a newer acpd. Gives the file's schema.
int check_schema(connection& db);

/// Brings the file to known_schema(), one transaction a step, forward only. Throws as
/// check_schema() does, before anything is changed.
void migrate(connection& db);

} // namespace acpd::store
