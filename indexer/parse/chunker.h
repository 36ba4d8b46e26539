#pragma once

#include "indexer/parse/lines.h"
#include "indexer/parse/outline.h"

#include <string_view>

namespace acpd::index {

constexpr std::uint32_t longest_definition_lines = 100; // longer ones are cut into windows
constexpr std::uint32_t window_lines = 60; // and the most that stands together without a name
constexpr std::uint32_t window_overlap = 10;
constexpr std::uint32_t longest_chunk_bytes = 16 * 1024; // lines of data can be long

/// Cuts a file into chunks and says into which chunk each symbol and reference falls.
///
/// Chunks never nest: what is left of a type beside its members' chunks becomes pieces of kind
/// `container` with the type's name, and only the windows of one long piece overlap. Every line
/// that says something lies in a chunk: blank lines and lonely brackets do not. A file without
/// definitions is one window or several.
void cut(std::string_view path, std::string_view bytes, const line_index& lines, outline& found,
         file_facts& into);

} // namespace acpd::index
