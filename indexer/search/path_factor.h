#pragma once

#include "indexer/search/ranking.h"

#include <string_view>

namespace acpd::index {

/// How much less a file of this path is likely to be what is wanted: a factor of at most 1.
double path_factor(std::string_view path, const ranking& r);

} // namespace acpd::index
