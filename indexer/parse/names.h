#pragma once

#include <string>
#include <string_view>

namespace acpd::index {

/// A name as it stands in a file → as it is kept: on one line, without quotes and the arguments of
/// templates, at most 200 bytes, valid UTF-8.
std::string clean_name(std::string_view text);

/// "writer::flush" → "flush". Only whole separators count, and none at the end.
std::string_view last_part(std::string_view name, std::string_view separator);

/// A module as an import writes it, without quotes, angle brackets, `import` and space around it.
std::string_view module_name(std::string_view text);

} // namespace acpd::index
