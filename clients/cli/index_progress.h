#pragma once

#include "clients/cli/client.h"

#include <optional>
#include <string>

namespace acpd::cli {

/// The folder that a person means: absolute; empty means this one.
std::string index_folder(const std::string& given);

/// Waits until the folder's index is complete; on a terminal one line on stderr says how far it is
/// ("4,210/12,000 files"). An exit code when that is no use: interrupted, or a failure, which is
/// said.
std::optional<int> wait_for_index(client& c, const std::string& folder);

/// "4,210/12,000 files", or "12,000 files" when nothing is left to do.
std::string coverage_text(json_view coverage);
/// Everything that is to be indexed is, as far as is known.
bool is_complete(json_view coverage);

} // namespace acpd::cli
