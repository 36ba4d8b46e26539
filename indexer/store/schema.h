#pragma once

#include "indexer/store/connection.h"

namespace acpd::index {

/// Bumped whenever rows or postings change their meaning: an index of another version is not
/// migrated, it is built again (index.db can be deleted at any time).
inline constexpr int schema_version = 3;

/// Creates the tables of an empty file. False: the file is of another version.
bool prepare_schema(connection& db);

} // namespace acpd::index
