#pragma once

#include <string>
#include <string_view>

namespace acpd::index {

/// Attribute and namespace macros stand in C and C++ where no grammar can expect them: one such
/// word, as in `class API_EXPORT file`, can cost the rest of its file. They are recognised by where
/// they stand and replaced by as many spaces, so that every byte keeps its place.
///
/// Returns the text to parse: `bytes` itself, or `buffer`, which must outlive it.
std::string_view without_macros(std::string_view bytes, std::string& buffer);

} // namespace acpd::index
