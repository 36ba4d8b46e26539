#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace acpd::cli {

/// Text of an agent's, fit for a terminal: no control characters but newline and tab, so that it
/// cannot move the cursor, set titles or answer for the user.
std::string printable(std::string_view text);

/// The first line, at most `columns` code points, with "…" where something was cut off.
std::string shortened(std::string_view text, std::size_t columns);

/// "18:02:11" of `2026-11-22T18:02:11.123Z` in local time; with the day in front of it unless it is
/// today. The text itself when it is no such time.
std::string local_time(std::string_view utc);

/// Rows in columns of the width that their longest cell needs; the last one is not padded.
std::string table(const std::vector<std::vector<std::string>>& rows);

} // namespace acpd::cli
