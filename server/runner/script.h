#pragma once

#include <string>
#include <string_view>

namespace acpd::runner {

/// The script that `sh -c SCRIPT sh PATH` runs for one item: COMMAND with each {} replaced by a
/// reference to $1 that fits the quoting around it, so that no path, whatever its characters, is
/// ever split or executed. Without {} the path is appended. The same script serves all items.
std::string item_script(std::string_view command);

} // namespace acpd::runner
