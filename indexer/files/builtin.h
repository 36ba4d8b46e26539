#pragma once

#include <string_view>

namespace acpd::index {

/// Why a name is left out whatever the ignore files say; empty: it is not. `name` is one component.
/// Secrets: nothing of theirs may reach a database that agents read. Letters' case does not matter.
std::string_view secret_reason(std::string_view name, bool is_folder);

/// Why a folder of this name is never somebody's source; empty: the name proves nothing ("build",
/// "dist", "vendor" and "target" are left out only when ignored, or by generated_reason).
/// A negation in an ignore file, or the include list, brings such a folder back.
std::string_view heavy_reason(std::string_view folder_name);

/// Whether a file of this name decides over others: a change of it re-evaluates its folder.
bool is_rule_file(std::string_view name);

} // namespace acpd::index
