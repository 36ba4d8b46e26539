#pragma once

#include "indexer/facts.h"

#include <string_view>

namespace acpd::index {

/// Everything the index knows of a file's content. A pure function: the same path and bytes give
/// the same facts, on every thread, whatever was read before. Any bytes are fine: what is binary,
/// generated, too large or beyond the grammar is cut into windows. Each thread that calls it keeps
/// a parser (some 100 kB) until it ends.
file_facts extract(std::string_view path, std::string_view bytes);

} // namespace acpd::index
