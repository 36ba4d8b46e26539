#pragma once

#include "server/store/batch.h"
#include "server/store/connection.h"

namespace acpd::store {

/// Does one operation of a batch inside the caller's transaction. True: it erased a secret.
bool apply(connection& db, const operation& op);

} // namespace acpd::store
