#pragma once

#include "server/store/connection.h"
#include "server/store/database.h"

namespace acpd::store {

/// Everything in `recovered` but the epoch. Throws sqlite_error.
recovered recover_rows(connection& db);

} // namespace acpd::store
